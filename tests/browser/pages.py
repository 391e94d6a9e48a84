"""Every kind of public page, on a small site that has something to show on each."""

import datetime as dt

import pytest

from casework.models import Authority
from reviews.models import Demonstration, PublishedFigure
from tests.factories import make_authority
from tests.reviews.site.builders import (
    SPECIMEN,
    correct,
    make_edition,
    make_frozen_round,
    make_issued,
)
from tests.reviews.site.cases import make_stated, publish

COUNCIL = "/councils/lynn/"
# By the name of its route: what the page is in a reader's words, and where it is on that site.
PAGES: dict[str, tuple[str, str]] = {
    "home": ("The first page", "/"),
    "councils": ("The list of councils", "/councils/"),
    "council": ("A council's page", COUNCIL),
    "council-year": ("A council's page of an earlier year", f"{COUNCIL}2018/"),
    "council-receipts": ("How each figure of a year came about", f"{COUNCIL}2020/receipts/"),
    "letter": ("A letter as a page", f"{COUNCIL}2020/letter/"),
    "letter-version": ("An earlier version of a letter", f"{COUNCIL}2020/letter/1/"),
    "scrutiny": ("A pack for a scrutiny committee", f"{COUNCIL}2020/scrutiny/"),
    "reviews": ("The national reviews", "/reviews/"),
    "review": ("The national review of a year", "/reviews/2020/"),
    "newest-map": ("The newest map", "/map/"),
    "map": ("The map of a year", "/map/2020/"),
    "map-of": ("A map of other councils", "/map/2020/counties/upheld-per-100k/"),
    "decisions": ("The list of decisions", "/decisions/"),
    "decision": ("A decision", "/decisions/19-111-111/"),
    "improvements": ("The register of improvements", "/improvements/"),
    "reports": ("Public reports", "/reports/"),
    "compare": ("Compare councils", "/compare/?council=lynn&measure=uphold"),
    "funnels": ("Differences and chance", "/funnel/"),
    "funnel": ("The councils of a type beside chance", "/funnel/2020/district/uphold/"),
    "data": ("Open data", "/data/"),
    "published": ("What was published lately", "/published/"),
    "data-changes": ("Changes of published files", "/data/changes/"),
    "verify": ("Check a letter", "/verify/"),
    "methods": ("How the figures are made", "/methods/"),
    "accessibility": ("Accessibility", "/accessibility/"),
    "sources": ("Sources and credits", "/sources/"),
}
# The same kinds of page with other things on them.
VARIANTS = (
    "/?q=lynn",
    "/?q=atlantis",
    "/councils/?type=county",
    f"{COUNCIL}2019/",
    "/councils/gone/",
    "/decisions/?q=fault&outcome=upheld&outcome=not_upheld&council=lynn&year=1812",
    "/decisions/?page=2",
    "/decisions/?q=nothing+like+it",
    "/improvements/?q=staff&again=yes&status=on_time",
    "/no-such-page/",
)
ADDRESSES = (*(address for _, address in PAGES.values()), *VARIANTS)


# What each test checks, in the words of the accessibility page.
CHECKS = {
    "light": "in light colours on a wide screen, axe-core finds no fault",
    "dark": "in dark colours on a wide screen, axe-core finds no fault",
    "narrow": "on a screen 320 pixels wide nothing scrolls sideways but tables, and axe-core finds "
    "no fault",
    "zoom": "at a zoom of 400% nothing scrolls sideways but tables, and axe-core finds no fault",
    "keyboard": "the Tab key stops at every link and field in the order of the page, the stop is "
    "seen, and the way leads out again",
    "script": "without JavaScript the page says the same, save that checking a letter's file needs "
    "it",
    "hosts": "nothing is asked of other hosts, no cookie is set, and the browser reports no error",
    "html": "the checker behind the W3C's validator finds no fault in the HTML",
}


def publish_cases(council: Authority) -> None:
    """More decisions than a page has: one with all there can be, found again, and a report."""
    make_stated(
        council,
        reference="19 111 111",
        text="The complaint\nMr X complained.\n\nThe decision\nThe Council was at fault.",
        improvements=["Train staff.", {"text": "Check others.", "category": "review_other_cases"}],
        report={"title": "Homes that were never fit", "issued_on": dt.date(2019, 11, 1)},
        compliance="satisfied",
        compliance_recorded_on=dt.date(2019, 12, 1),
    )
    for number in range(26):
        make_stated(
            council, text="Fault.", decided_on=dt.date(2020, 1, 1) + dt.timedelta(days=number)
        )
    publish()


@pytest.fixture
def site(transactional_db: None, live_server: object) -> str:
    """The address of a site with a corrected letter, a taken-over year and a council that ended."""
    lynn = make_authority(
        "Borough Council of King's Lynn and West Norfolk, with a name as long as any of them",
        slug="lynn",
        region="E12000006",
    )
    gone = make_authority("Gone Council", slug="gone", ends_on=dt.date(2019, 3, 31))
    gone.successors.add(lynn)
    make_issued(make_frozen_round(2019), lynn, upheld=5, not_upheld=3, satisfied=4)
    round_ = make_frozen_round(2020)
    correct(make_issued(round_, lynn, **SPECIMEN), not_upheld=1, upheld=1)
    make_edition(round_, foreword="# Why it matters\n\nCouncils learn from **complaints**.")
    PublishedFigure.objects.create(
        authority=lynn,
        year_ending=2018,
        uphold_percent=50,
        source="https://example.org/" + "a-very-long-address" * 8,
    )
    publish_cases(lynn)
    Demonstration.objects.create(made_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    return str(live_server.url)  # type: ignore[attr-defined]
