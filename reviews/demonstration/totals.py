"""What the demonstration aims at: the totals of each type and year, and the awkward cases.

Each type's totals are chosen so that its pooled figures, and those of all England, are the
published averages wherever one is known; the README beside this file lists which are known.
"""

import datetime as dt
from dataclasses import dataclass

LAST_YEAR = 2026
LAST_DAY = dt.date(2026, 7, 31)  # nothing happens after it
YEARS = (2020, 2025, LAST_YEAR)


@dataclass(frozen=True, slots=True)
class Totals:
    """Cases of all authorities of one type in one year."""

    not_for_us: int
    assessed_and_closed: int
    investigated: int
    upheld: int
    remedied_by_authority: int
    compliance_outcomes: int
    not_satisfied: int

    @property
    def decided(self) -> int:
        return self.not_for_us + self.assessed_and_closed + self.investigated


# not for us, assessed and closed, investigated, upheld, remedied, outcomes, not satisfied
TOTALS = {
    2020: {
        "county": Totals(880, 800, 900, 585, 47, 455, 2),
        "district": Totals(1500, 1180, 620, 279, 47, 215, 1),
        "metropolitan": Totals(1480, 1150, 700, 440, 62, 345, 3),
        "unitary": Totals(1430, 1170, 850, 476, 62, 370, 2),
        "london_borough": Totals(1650, 1250, 950, 684, 102, 540, 4),
        "other": Totals(200, 140, 80, 36, 5, 25, 0),
    },
    2025: {
        "county": Totals(950, 1062, 1138, 1017, 81, 800, 2),
        "district": Totals(1180, 924, 346, 230, 35, 180, 0),
        "metropolitan": Totals(1300, 1224, 626, 510, 66, 400, 2),
        "unitary": Totals(1560, 1371, 1069, 860, 112, 670, 1),
        "london_borough": Totals(1800, 1571, 829, 700, 84, 550, 3),
        "other": Totals(190, 136, 24, 19, 2, 14, 0),
    },
    # The outcomes of 2026 follow from the cases of 2025 that were waiting for one.
    2026: {
        "county": Totals(1000, 1070, 1180, 1050, 84, 0, 0),
        "district": Totals(1170, 920, 360, 240, 36, 0, 0),
        "metropolitan": Totals(1260, 1200, 640, 520, 68, 0, 0),
        "unitary": Totals(1540, 1365, 1095, 880, 114, 0, 0),
        "london_borough": Totals(1760, 1555, 835, 705, 85, 0, 0),
        "other": Totals(190, 136, 24, 18, 2, 0, 0),
    },
}

# All complaints received in the year, where published for all England.
RECEIVED = {2020: 17019}

# How many decisions to expect of a body outside the five types; the rest have none.
OTHER_BODIES = {
    "transport-for-london": 270.0,
    "greater-london-authority": 9.0,
    "transport-for-greater-manchester": 9.0,
    "greater-manchester-combined-authority": 8.0,
    "tyne-and-wear-passenger-transport-executive": 5.0,
    "merseytravel": 5.0,
    "west-midlands-combined-authority": 5.0,
    "south-downs-national-park-authority": 6.0,
    "peak-district-national-park-authority": 5.0,
    "lake-district-national-park-authority": 4.0,
    "dartmoor-national-park-authority": 3.0,
    "yorkshire-dales-national-park-authority": 3.0,
    "new-forest-national-park-authority": 2.0,
    "broads-authority": 2.0,
    "west-yorkshire-combined-authority": 2.0,
    "hereford-and-worcester-combined-fire-authority": 2.0,
    "lee-valley-regional-park-authority": 2.0,
    "north-london-waste-authority": 1.0,
}

NOTHING = {
    "received": 0,
    "not_for_us": 0,
    "assessed_and_closed": 0,
    "investigated": 0,
    "upheld": 0,
    "compliance_outcomes": 0,
    "ceased": 0,
}
SCILLY = "council-of-the-isles-of-scilly"
ONLY_CEASED = "mid-suffolk-district-council"
PARK = {
    "not_for_us": 2,
    "assessed_and_closed": 1,
    "investigated": 2,
    "upheld": 1,
    "remedied_by_authority": 0,
    "compliance_outcomes": 1,
    "not_satisfied": 0,
}

# The awkward cases: counts that hold whatever chance says. Those of abolished councils stand beside
# the totals of their type, since a council not in force has no part in the average.
PLANTED: dict[int, dict[str, dict[str, int]]] = {
    2020: {
        # The specimen letter: nothing due, nothing upheld.
        "borough-council-of-kings-lynn-and-west-norfolk": {"ceased": 0},
        SCILLY: NOTHING,
        ONLY_CEASED: {"investigated": 4, "upheld": 2, "compliance_outcomes": 0, "ceased": 2},
        # More outcomes recorded than decisions upheld.
        "london-borough-of-croydon": {"upheld": 20, "investigated": 27, "compliance_outcomes": 24},
        "peak-district-national-park-authority": PARK,
        # As large as their published counts of this or other years.
        "birmingham-city-council": {
            "not_for_us": 230,
            "assessed_and_closed": 150,
            "investigated": 98,
        },
        "bury-metropolitan-borough-council": {"not_for_us": 32, "assessed_and_closed": 26},
        "scarborough-borough-council": {"not_for_us": 7, "assessed_and_closed": 6},
    },
    2025: {
        SCILLY: NOTHING,
        ONLY_CEASED: {"investigated": 2, "upheld": 1, "compliance_outcomes": 0, "ceased": 1},
        "norwich-city-council": {"investigated": 2, "upheld": 2},
        "cambridge-city-council": {"not_for_us": 6, "assessed_and_closed": 9, "investigated": 0},
        "london-borough-of-croydon": {"upheld": 43, "investigated": 51, "compliance_outcomes": 45},
        "peak-district-national-park-authority": PARK,
    },
    2026: {
        "norwich-city-council": {"investigated": 3, "upheld": 3},
        "peak-district-national-park-authority": PARK,
    },
}

# Abolished councils with something left to count in a later year: decided after their end, and an
# outcome recorded of a case decided in the year before.
ABOLISHED: dict[int, dict[str, dict[str, int]]] = {
    2020: {
        "forest-heath-district-council": {"compliance_outcomes": 1},
        "suffolk-coastal-district-council": {"compliance_outcomes": 1},
        "bournemouth-borough-council": {
            "not_for_us": 1,
            "investigated": 2,
            "upheld": 1,
            "compliance_outcomes": 2,
        },
        "dorset-county-council": {"investigated": 3, "upheld": 2, "compliance_outcomes": 1},
    },
    2025: {
        "craven-district-council": {"compliance_outcomes": 1},
        "somerset-county-council": {"compliance_outcomes": 2},
    },
    2026: {},
}

# Decisions on the first day, on the last day, and on the days just outside.
ON_THE_BOUNDS = "leeds-city-council"
