"""Rates: a part of a whole, and a count for a population.

Whole percentages, interval ends and rates per 100,000 round halves up, in integer or decimal
arithmetic, as the published figures do (49 of 56 is 88%).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

# The 97.5th percentile of the normal distribution: a two-sided interval of 95%.
Z_95 = Decimal("1.959963984540054")


@dataclass(frozen=True, slots=True)
class Interval:
    """The two ends of an interval, in percent with one decimal."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, both counts of cases, 0 <= part <= whole.

    A rate of 0 of 2 is 0%; a rate of 0 of 0 exists as a value but has no percentage.
    Raises ValueError if the part is negative or larger than the whole.
    """

    part: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.whole:
            raise ValueError(f"{self.part} of {self.whole} is not a part of a whole")

    @property
    def is_defined(self) -> bool:
        """Whether there was anything to count."""
        return self.whole > 0

    @property
    def percent(self) -> int | None:
        """The whole percentage, halves up, never capped; None where there was nothing to count."""
        if not self.is_defined:
            return None
        return (200 * self.part + self.whole) // (2 * self.whole)

    @property
    def wilson(self) -> tuple[Decimal, Decimal] | None:
        """The unrounded ends of the Wilson 95% score interval, as parts of 1; None for nothing.

        Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212.
        """
        if not self.is_defined:
            return None
        with localcontext() as context:
            context.prec = 40
            n, p = Decimal(self.whole), Decimal(self.part) / Decimal(self.whole)
            z2 = Z_95 * Z_95
            middle = p + z2 / (2 * n)
            spread = Z_95 * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
            scale = 1 + z2 / n
            low, high = (middle - spread) / scale, (middle + spread) / scale
            return max(low, Decimal(0)), min(high, Decimal(1))  # for the last digit of 0 and all

    @property
    def interval(self) -> Interval | None:
        """The Wilson interval in percent, one decimal; None where there was nothing to count."""
        ends = self.wilson
        if ends is None:
            return None
        low, high = ((100 * end).quantize(Decimal("0.1"), ROUND_HALF_UP) for end in ends)
        return Interval(low=low, high=high)

    @property
    def likely(self) -> str:
        """The Wilson interval in whole percent, `38% to 79%`; "" where there was nothing to count.

        Rounded from the unrounded ends, halves up.
        """
        ends = self.wilson
        if ends is None:
            return ""
        low, high = (int((100 * end).quantize(Decimal(1), ROUND_HALF_UP)) for end in ends)
        return f"{low}%" if low == high else f"{low}% to {high}%"


@dataclass(frozen=True, slots=True)
class PopulationRate:
    """`count` decisions for `population` residents, given per 100,000 with one decimal.

    It is not a percentage and never prints a percent sign.
    """

    count: int
    population: int

    def __post_init__(self) -> None:
        if self.count < 0 or self.population <= 0:
            raise ValueError(f"{self.count} for {self.population} residents is not a rate")

    @property
    def per_100k(self) -> Decimal:
        """Decisions per 100,000 residents, one decimal, halves up."""
        tenths = (2_000_000 * self.count + self.population) // (2 * self.population)
        return Decimal(tenths).scaleb(-1)

    @property
    def text(self) -> str:
        """As printed in sentences: `14.6`, and `11` rather than `11.0`."""
        return str(self.per_100k).removesuffix(".0")
