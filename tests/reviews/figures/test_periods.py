import datetime as dt

from reviews.figures.periods import Period, day_text


def test_period_runs_from_april_to_march() -> None:
    period = Period(2020)
    assert period.first_day == dt.date(2019, 4, 1)
    assert period.last_day == dt.date(2020, 3, 31)
    assert period.text == "1 April 2019 to 31 March 2020"


def test_period_holds_both_ends_and_nothing_beyond() -> None:
    period, day = Period(2020), dt.timedelta(days=1)
    assert period.first_day in period
    assert period.last_day in period
    assert period.first_day - day not in period
    assert period.last_day + day not in period


def test_day_text_is_the_letters_form() -> None:
    assert day_text(dt.date(2020, 7, 22)) == "22 July 2020"
    assert day_text(dt.date(2024, 2, 1)) == "1 February 2024"
