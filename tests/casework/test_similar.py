"""Similar published decisions: what is found, in which order; no text breaks the search."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from casework.actions import supersede_decision, system_user
from casework.choices import Outcome
from casework.models import (
    Complaint,
    Decision,
    DecisionReview,
    PublicationException,
    PublicCategory,
    PublicSubcategory,
    Statement,
)
from casework.similar import SHOWN, WORDS_ASKED, SimilarCases, similar_cases, words_of
from tests.factories import make_authority, make_complaint, make_decision, make_recommendation

pytestmark = pytest.mark.django_db


def case(**values: Any) -> Complaint:
    return make_complaint(make_authority(), **values)


def stated(text: str, outcome: str = Outcome.UPHELD, **values: Any) -> Decision:
    """A decision with its published statement."""
    decision = make_decision(make_authority(), outcome)
    Statement.objects.create(
        **{
            "decision": decision, "number": 1, "dated_on": decision.decided_on, "text": text,
            "written_at": timezone.now(), "written_by": system_user(),
            "published_on": dt.date(2020, 1, 2),
        }
        | values
    )  # fmt: skip
    return decision


def found(subcategory: str, **values: Any) -> list[Decision]:
    return [each.decision for each in similar_cases(case(subcategory=subcategory), None).cases]


# What is found ------------------------------------------------------------------------------------


def test_similar_finds_the_most_of_the_rarest_words_first() -> None:
    one = stated("The Council lost a bin and a boundary fence.")
    both = stated("A boundary dispute over a bin lorry.")
    stated("A dropped kerb.")
    stated("Some bins.")
    assert found("Boundary lorry")[:2] == [both, one]


def test_similar_finds_forms_of_a_word() -> None:
    decision = stated("She was repeatedly assessed for adaptations.")
    assert found("Adaptation assessing") == [decision]


def test_similar_takes_the_words_of_the_statement_where_there_is_one() -> None:
    other = stated("A noisy cockerel next door.")
    decision = make_decision(make_authority())
    Complaint.objects.filter(pk=decision.complaint_id).update(subcategory="Kerbs")
    complaint = Complaint.objects.get(pk=decision.complaint_id)
    stated("Dropped kerbs.")
    assert [each.decision for each in similar_cases(complaint, decision).cases] != [other]
    Statement.objects.create(
        decision=decision, number=1, dated_on=decision.decided_on, text="Cockerels, again.",
        written_at=timezone.now(), written_by=system_user(),
    )  # fmt: skip
    assert [each.decision for each in similar_cases(complaint, decision).cases] == [other]


def test_similar_takes_the_public_subject_else_the_category() -> None:
    allocation = stated("An allocations scheme.")
    housing = stated("Something about housing.")
    category = PublicCategory.objects.create(slug="x", name="Homes", category="housing")
    subcategory = PublicSubcategory.objects.create(
        public_category=category, slug="a", name="Allocations"
    )
    subject = case(category="housing", public_subcategory=subcategory)
    assert [each.decision for each in similar_cases(subject, None).cases] == [allocation]
    assert [each.decision for each in similar_cases(case(), None).cases] == [housing]


def test_similar_leaves_the_case_itself_out() -> None:
    decision = stated("A noisy cockerel.")
    assert similar_cases(decision.complaint, decision) == SimilarCases([])


@pytest.mark.parametrize("outcome", [Outcome.NOT_UPHELD, Outcome.CLOSED_AFTER_INITIAL_ENQUIRIES])
def test_similar_shows_upheld_decisions_only(outcome: str) -> None:
    stated("A noisy cockerel.", outcome)
    assert found("Cockerel") == []


@pytest.mark.parametrize(
    "values",
    [
        {"published_on": None},
        {"is_current": False},
        {"withdrawn_on": dt.date(2020, 1, 3)},
    ],
)
def test_similar_shows_what_is_published_only(values: dict[str, Any]) -> None:
    stated("A noisy cockerel.", **values)
    assert found("Cockerel") == []


def test_similar_follows_publication_and_what_ends_it() -> None:
    decision = stated("A noisy cockerel.", published_on=None)
    assert found("Cockerel") == []
    Statement.objects.update(published_on=dt.date(2020, 1, 2))
    assert found("Cockerel") == [decision]
    Statement.objects.update(withdrawn_on=dt.date(2025, 1, 2))
    assert found("Cockerel") == []


@pytest.mark.parametrize("values", [{"is_current": False}, {"withdrawn_on": dt.date(2025, 1, 2)}])
def test_similar_forgets_what_is_taken_off(values: dict[str, Any]) -> None:
    stated("A noisy cockerel.")
    Statement.objects.update(**values)
    assert found("Cockerel") == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Fails where the words and the texts have parted.
            cursor.execute(
                "INSERT INTO casework_statement_words (casework_statement_words) "
                "VALUES ('integrity-check')"
            )


def open_again(decision: Decision) -> None:
    Complaint.objects.filter(pk=decision.complaint_id).update(stage="investigation")


def close_again(decision: Decision) -> None:
    Complaint.objects.filter(pk=decision.complaint_id).update(stage="closed")


def ask_for_a_review(decision: Decision) -> None:
    DecisionReview.objects.create(
        decision=decision, asked_on=decision.decided_on, reason="Disagrees"
    )


def end_the_review(decision: Decision) -> None:
    DecisionReview.objects.update(ended_on=decision.decided_on, result="stands")


def except_it(decision: Decision) -> None:
    PublicationException.objects.create(
        decision=decision, ground="other", details="Example", decided_at=timezone.now(),
        decided_by=system_user(),
    )  # fmt: skip


def lift_it(decision: Decision) -> None:
    PublicationException.objects.filter(decision=decision).delete()


@pytest.mark.parametrize(
    ("suspend", "resume"),
    [
        (open_again, close_again),
        (ask_for_a_review, end_the_review),
        (except_it, lift_it),
    ],
)
def test_similar_leaves_out_what_is_suspended_while_it_is(suspend: Any, resume: Any) -> None:
    other = stated("Another noisy cockerel.")
    decision = stated("A noisy cockerel.")
    assert set(found("Cockerel")) == {decision, other}
    suspend(decision)
    assert found("Cockerel") == [other]
    resume(decision)
    assert set(found("Cockerel")) == {decision, other}


def test_similar_leaves_out_a_statement_taken_off_by_the_next() -> None:
    decision = stated("A noisy cockerel.")
    Statement.objects.filter(decision=decision).update(is_current=False)
    Statement.objects.create(
        decision=decision, number=2, dated_on=decision.decided_on, text="A noisy cockerel, again.",
        written_at=timezone.now(), written_by=system_user(),
    )  # fmt: skip
    assert found("Cockerel") == []  # the next is not published yet


def test_similar_leaves_out_a_decision_of_a_complaint_too_old_to_be_published() -> None:
    decisions = [
        make_decision(make_authority(), received_on=received_on, decided_on=dt.date(2013, 9, 1))
        for received_on in (dt.date(2013, 3, 31), dt.date(2013, 4, 1))
    ]
    for decision in decisions:
        Statement.objects.create(
            decision=decision, number=1, dated_on=decision.decided_on, text="A noisy cockerel.",
            written_at=timezone.now(), written_by=system_user(),
            published_on=dt.date(2013, 11, 1),
        )  # fmt: skip
    assert found("Cockerel") == decisions[1:]


def test_similar_shows_no_superseded_decision() -> None:
    decision = stated("A noisy cockerel.")
    supersede_decision(complaint=decision.complaint)
    assert found("Cockerel") == []


def test_similar_forgets_a_statement_removed_before_publication() -> None:
    stated("A noisy cockerel.", published_on=None)
    Statement.objects.all().delete()
    assert found("Cockerel") == []


@pytest.mark.parametrize(("there", "shown"), [(0, 0), (1, 1), (SHOWN, SHOWN), (SHOWN + 1, SHOWN)])
def test_similar_shows_at_most_five(there: int, shown: int) -> None:
    for _ in range(there):
        stated("A noisy cockerel.")
    assert len(found("Cockerel")) == shown


def test_similar_with_one_word_shows_the_newest_first() -> None:
    decisions = [stated("A noisy cockerel.") for _ in range(SHOWN + 1)]
    assert found("Cockerel") == decisions[:0:-1]


# Remedies -----------------------------------------------------------------------------------------


def test_similar_names_kinds_of_remedy_once_and_the_range_of_amounts() -> None:
    one, other = stated("A noisy cockerel crowing."), stated("A cockerel.")
    make_recommendation(one, kind="personal", category="apology", text="Apologise.")
    make_recommendation(
        one, kind="personal", category="financial_redress_distress", text="Pay.", amount="150.50"
    )
    make_recommendation(
        one, kind="personal", category="financial_redress_distress", text="Pay her.", amount="1200"
    )
    make_recommendation(one, text="Train staff.")
    make_recommendation(
        other, kind="personal", category="financial_redress_quantifiable_loss", text="Pay.",
        amount="0",
    )  # fmt: skip
    result = similar_cases(case(subcategory="Cockerel crowing"), None)
    assert [(each.decision, each.remedies) for each in result.cases] == [
        (one, ["Apology", "Financial redress: avoidable distress", "Training or guidance"]),
        (other, ["Financial redress: quantifiable loss"]),
    ]
    assert (result.lowest, result.highest) == (Decimal("0"), Decimal("1200"))


def test_similar_without_amounts_has_no_range() -> None:
    make_recommendation(stated("A noisy cockerel."))
    result = similar_cases(case(subcategory="Cockerel"), None)
    assert (len(result.cases), result.lowest, result.highest) == (1, None, None)


# Hostile and empty text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", "cockerel\" OR \"x", "NEAR(cockerel kerb)", "text:cockerel", "cockerel*",
        "^cockerel", "-cockerel", "{text} : cockerel", "AND OR NOT NEAR", "cockerel AND",
        "(", "')--", "; DROP TABLE casework_statement", "\x00cockerel", "%s %(x)s",
        "cockerel & | !", "<->", ":*", "\\", "ＣＯＣＫＥＲＥＬ", "𝔠𝔬𝔠𝔨", "ß" * 50,
        "кокерел петух", "a" * 5_000, "word " * 5_000, "\ud7ff cockerel \U0010ffff",
    ],
)  # fmt: skip
def test_similar_takes_no_text_for_a_search_of_its_own(text: str) -> None:
    decision = stated("A noisy cockerel.")
    complaint = case()
    complaint.subcategory = text  # as it is, stored or not
    result = [each.decision for each in similar_cases(complaint, None).cases]
    assert result == ([decision] if "cockerel" in text else [])


@pytest.mark.parametrize("text", ["", "   ", "a b c", "the council", "12345678"])
def test_similar_with_nothing_to_search_for_asks_by_category(text: str) -> None:
    stated("A noisy cockerel.")
    housing = stated("About housing.")
    assert found(text) == [housing]


def test_words_are_the_frequent_ones_without_those_of_every_statement() -> None:
    text = "The Council's complaint: fences, fences and kerbs. Mr X's fences! An e-mail to O'Brien."
    assert words_of(text) == ["fences", "kerbs", "mail", "brien"]
    assert words_of("") == []
    many = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(99))
    assert len(words_of(many)) == WORDS_ASKED


# Cost ---------------------------------------------------------------------------------------------


def test_similar_costs_the_same_for_one_and_three(django_assert_num_queries: Any) -> None:
    complaint = case(subcategory="Cockerel")
    for number in (1, 2):
        for _ in range(number):
            make_recommendation(stated("A noisy cockerel."))
        with django_assert_num_queries(6):
            similar_cases(complaint, None)


def test_similar_searches_by_an_index() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "EXPLAIN SELECT s.id FROM casework_statement s WHERE s.is_current "
                "AND s.published_on IS NOT NULL AND s.withdrawn_on IS NULL "
                "AND to_tsvector('english', s.text) @@ plainto_tsquery('english', 'cockerel')"
            )
            assert "casework_statement_words" in str(cursor.fetchall())
