"""What is published, on the decision's page, and the panel of similar cases."""

import datetime as dt
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from casework.actions import supersede_decision, system_user
from casework.actions.publication import write_statement
from casework.admin.publication import amounts, state_of_publication
from casework.choices import Outcome, Stage
from casework.models import (
    CheckedPlaces,
    Complainant,
    Complaint,
    Decision,
    DecisionReview,
    PublicationException,
    PublicInterestReport,
    Recommendation,
    Statement,
)
from casework.similar import SimilarCases
from tests.casework.staff import browser_of, make_staff, page_of, told
from tests.casework.test_admin import errors_of
from tests.factories import make_authority, make_complaint, make_decision, make_recommendation

pytestmark = pytest.mark.django_db

TODAY = dt.date(2020, 3, 2)
OF_A_CASEWORKER = [
    *(
        f"casework.{action}_{model}"
        for model in (
            "complaint", "decision", "recommendation", "statement", "decisionreview",
            "publicinterestreport", "complainant",
        )
        for action in ("view", "add", "change")
    ),
    "casework.view_publicationexception",
]  # fmt: skip
OF_A_MANAGER = [*OF_A_CASEWORKER, "casework.add_publicationexception"]


@pytest.fixture(autouse=True)
def today() -> Any:
    with travel(dt.datetime(2020, 3, 2, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def officer() -> Client:
    return browser_of(make_staff("officer", *OF_A_CASEWORKER))


@pytest.fixture
def manager() -> Client:
    return browser_of(make_staff("manager", *OF_A_MANAGER))


class Fields(HTMLParser):
    """What a browser would send of the page's form."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.ticks: dict[str, str] = {}
        self._area = self._list = ""
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and found.get("type") == "checkbox":
            self.ticks[name] = found.get("value", "on")
            if "checked" in found:
                self.values[name] = self.ticks[name]
        elif tag == "input" and found.get("type") != "submit" and name:
            self.values[name] = found.get("value", "")
        elif tag == "textarea":
            self._area, self.values[name] = name, ""
        elif tag == "select":
            self._list, self.values[name] = name, ""
        elif tag == "option" and "selected" in found:
            self.values[self._list] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def decided(outcome: str = Outcome.UPHELD, **values: Any) -> Decision:
    return make_decision(make_authority(), outcome, **{"decided_on": dt.date(2019, 10, 1)} | values)


def page(decision: Decision) -> str:
    return page_of(Decision, "change", decision.pk)


def save(client: Client, decision: Decision, **typed: str) -> Any:
    """Opens the page, types and saves; double underscores stand for the hyphens of names."""
    return send(client, decision, Fields(client.get(page(decision))).values, **typed)


def send(client: Client, decision: Decision, values: dict[str, str], **typed: str) -> Any:
    sent = values | {name.replace("__", "-"): value for name, value in typed.items()}
    sent["statements-0-text"] = sent.get("statements-0-text", "").lstrip("\n")
    return client.post(page(decision), sent)


def stated(decision: Decision, **values: Any) -> Statement:
    published_on = values.pop("published_on", None)
    given: dict[str, Any] = {"text": "It was\nat fault.", "dated_on": decision.decided_on}
    statement = write_statement(decision=decision, by=system_user(), **given | values)
    if published_on:
        Statement.objects.filter(pk=statement.pk).update(published_on=published_on)
    return statement


# The statement ------------------------------------------------------------------------------------


def test_statement_is_written_on_the_page_of_the_decision(officer: Client) -> None:
    decision = decided()
    response = save(officer, decision, statements__0__text="The Council was at fault.")
    assert response.status_code == 302
    assert list(
        Statement.objects.values_list("number", "text", "dated_on", "written_by__username")
    ) == [(1, "The Council was at fault.", dt.date(2019, 10, 1), "officer")]


def test_page_saved_without_a_change_writes_no_statement(officer: Client) -> None:
    decision = decided()
    assert save(officer, decision).status_code == 302
    assert not Statement.objects.exists()
    stated(decision, published_on=dt.date(2020, 1, 2))
    # A browser sends other line ends, and another day's page another date.
    values = Fields(officer.get(page(decision))).values
    for text in ("It was\nat fault.", "It was\r\nat fault.\r\n"):
        response = send(
            officer, decision, values, statements__0__text=text,
            statements__0__dated_on="01/03/2020",
        )  # fmt: skip
        assert (response.status_code, Statement.objects.count()) == (302, 1)


def test_published_statement_is_replaced_by_a_new_one(officer: Client) -> None:
    decision = decided()
    stated(decision, published_on=dt.date(2020, 1, 2))
    response = officer.get(page(decision))
    assert "Published on 2 January 2020." in response.content.decode()
    assert save(officer, decision, statements__0__text="New.").status_code == 302
    assert list(
        Statement.objects.order_by("number").values_list("number", "text", "is_current", "dated_on")
    ) == [
        (1, "It was\nat fault.", False, dt.date(2019, 10, 1)),
        (2, "New.", True, TODAY),
    ]


@pytest.mark.parametrize(
    ("dated_on", "expected"),
    [
        ("01/01/2020", ["A statement is dated 2 January 2020 here, or later."]),
        ("02/01/2020", []),
        ("02/03/2020", []),
        ("03/03/2020", ["This day is in the future: today is 2 March 2020."]),
        ("", ["This field is required."]),
    ],
)
def test_new_statement_has_a_date_of_its_own(
    dated_on: str, expected: list[str], officer: Client
) -> None:
    decision = decided()
    stated(decision, published_on=dt.date(2020, 1, 2))
    response = save(officer, decision, statements__0__text="New.", statements__0__dated_on=dated_on)
    if expected:
        assert errors_of(response) == expected
        assert Fields(response).values["statements-0-text"].strip() == "New."
        assert Statement.objects.count() == 1
    else:
        assert Statement.objects.count() == 2


@pytest.mark.parametrize("outcome", [Outcome.REFERRED_BACK, Outcome.INVALID_OR_INCOMPLETE])
def test_page_asks_for_no_statement_where_none_is_published(outcome: str, manager: Client) -> None:
    response = manager.get(page(decided(outcome)))
    values = Fields(response).values
    assert values["statements-TOTAL_FORMS"] == "0"
    assert values["publication_exception-TOTAL_FORMS"] == "0"


def test_superseded_decision_shows_its_statement_and_takes_no_other(officer: Client) -> None:
    decision = decided()
    stated(decision)
    supersede_decision(complaint=decision.complaint)
    response = officer.get(page(decision))
    assert "at fault." in response.content.decode()
    assert "I have checked this" not in response.content.decode()
    assert "statements-0-text" not in Fields(response).values
    assert officer.post(page(decision), {"statements-0-text": "New."}).status_code == 403


# Who appears --------------------------------------------------------------------------------------

TOLD = "Nothing is saved yet, because the complainant seems to appear:"


def with_complainant(**values: Any) -> Decision:
    decision = decided()
    Complainant.objects.create(
        complaint=decision.complaint,
        **{
            "name": "Zoe Specimen", "postcode": "ZZ99 9ZZ", "email": "zoe@example.org",
            "telephone": "020 7946 0000",
        }
        | values,
    )  # fmt: skip
    return decision


def test_statement_with_the_complainant_is_held_until_ticked(officer: Client) -> None:
    decision = with_complainant()
    text = "Ms <Specimen> of zz999zz said it."
    response = save(officer, decision, statements__0__text=text)
    tick = "Change the text, or tick this if it tells nobody who complained."
    assert errors_of(response) == [
        TOLD,
        "The name “Specimen” stands in “Ms <Specimen> of zz999zz said …”.",
        "The postcode “zz999zz” stands in “Ms <Specimen> of zz999zz said it.”.",
        tick,
    ]
    assert "<Specimen>" not in response.content.decode()
    assert not Statement.objects.exists()
    fields = Fields(response)
    assert fields.values["statements-0-text"].strip() == text
    assert "statements-0-checked" not in fields.values

    ticked = fields.values | {"statements-0-checked": fields.ticks["statements-0-checked"]}
    # The tick does not cover what is written after it.
    response = send(officer, decision, ticked, statements__0__text=text + " Ring 02079460000.")
    assert errors_of(response)[-2:] == [
        "The telephone number “02079460000” stands in “… zz999zz said it. Ring 02079460000.”.",
        tick,
    ]
    assert "statements-0-checked" not in Fields(response).values
    assert not Statement.objects.exists()

    assert send(officer, decision, ticked).status_code == 302
    assert Statement.objects.get().text == text


def test_ticked_statement_stays_ticked_while_something_else_is_wrong(officer: Client) -> None:
    decision = with_complainant()
    text = "Specimen"
    fields = Fields(save(officer, decision, statements__0__text=text))
    ticked = fields.values | {"statements-0-checked": fields.ticks["statements-0-checked"]}
    response = send(officer, decision, ticked, statements__0__dated_on="")
    assert errors_of(response) == ["This field is required."]
    assert Fields(response).values["statements-0-checked"] == ticked["statements-0-checked"]


def test_statement_names_ten_places_and_counts_the_others(officer: Client) -> None:
    text = " and ".join(["Specimen"] * 12)
    errors = errors_of(save(officer, with_complainant(), statements__0__text=text))
    assert len(errors) == 1 + 10 + 1 + 1
    assert errors[-2] == "There are 2 more such places."


def test_statement_about_nobody_known_is_not_held(officer: Client) -> None:
    decision = decided()
    assert save(officer, decision, statements__0__text="Ms Specimen").status_code == 302
    assert Statement.objects.get().text == "Ms Specimen"


def test_statement_unchanged_is_not_held_again(officer: Client) -> None:
    decision = with_complainant()
    stated(decision, text="Ms Specimen")
    assert save(officer, decision).status_code == 302


def test_stored_statement_is_ticked_when_somebody_is_entered_later(officer: Client) -> None:
    decision = decided()
    stated(decision, text="Ms Specimen")
    Statement.objects.update(published_on=dt.date(2020, 1, 2))
    before = list(Statement.objects.values())
    Complainant.objects.create(complaint=decision.complaint, name="Zoe Specimen")
    held = (
        "The complainant seems to appear in the statement: nothing new is published until "
        "somebody changes that or ticks that it was checked."
    )
    case = page_of(Complaint, "change", decision.complaint_id)
    assert held in officer.get(case).content.decode()
    response = officer.get(page(decision))
    content = response.content.decode()
    assert held in content
    assert "The name “Specimen” stands in “Ms Specimen”." in content

    fields = Fields(response)
    ticked = {"statements-0-checked": fields.ticks["statements-0-checked"]}
    assert send(officer, decision, fields.values | ticked).status_code == 302
    assert list(Statement.objects.values()) == before
    places = CheckedPlaces.objects.get()
    assert (places.decision, places.checked_by.username) == (decision, "officer")
    assert held not in officer.get(case).content.decode()
    assert "statements-0-checked" not in Fields(officer.get(page(decision))).ticks


IMPROVEMENT = {
    "recommendations__0__kind": "service_improvement",
    "recommendations__0__category": "training_or_guidance",
    "recommendations__0__text": "Write to Ms <Specimen>.",
    "recommendations__0__due_on": "1/4/20",
    "recommendations-TOTAL_FORMS": "1",
}
REPORT = {"report__0__title": "The <Specimen> case", "report__0__issued_on": "t"}


@pytest.mark.parametrize(
    ("typed", "prefix", "model"),
    [(IMPROVEMENT, "recommendations", Recommendation), (REPORT, "report", PublicInterestReport)],
)
def test_improvement_and_report_are_held_like_the_statement(
    typed: dict[str, str], prefix: str, model: Any, officer: Client
) -> None:
    decision = with_complainant()
    response = save(officer, decision, **typed)
    errors = errors_of(response)
    assert errors[0] == TOLD
    assert errors[1].startswith("The name “Specimen” stands in “")
    assert errors[2:] == ["Change the text, or tick this if it tells nobody who complained."]
    assert "<Specimen>" not in response.content.decode()
    assert not model.objects.exists()

    fields = Fields(response)
    ticked = fields.values | {f"{prefix}-0-checked": fields.ticks[f"{prefix}-0-checked"]}
    assert send(officer, decision, ticked).status_code == 302
    assert model.objects.count() == 1
    assert CheckedPlaces.objects.get().decision == decision
    # Something else of it changes without another tick.
    done = {"recommendations": "completed_on", "report": "is_further"}[prefix]
    assert save(officer, decision, **{f"{prefix}__0__{done}": "t"}).status_code == 302


def test_personal_remedy_is_not_held_until_it_becomes_an_improvement(officer: Client) -> None:
    decision = with_complainant()
    remedy = IMPROVEMENT | {
        "recommendations__0__kind": "personal", "recommendations__0__category": "apology",
    }  # fmt: skip
    assert save(officer, decision, **remedy).status_code == 302
    row = Recommendation.objects.get()
    its_page = page_of(Recommendation, "change", row.pk)
    sent = Fields(officer.get(its_page)).values | {
        "kind": "service_improvement", "category": "training_or_guidance",
    }  # fmt: skip
    response = officer.post(its_page, sent)
    assert errors_of(response)[0] == TOLD
    row.refresh_from_db()
    assert row.kind == "personal"
    ticks = Fields(response).ticks
    assert officer.post(its_page, sent | {"checked": ticks["checked"]}).status_code == 302
    row.refresh_from_db()
    assert row.kind == "service_improvement"
    assert CheckedPlaces.objects.count() == 1


def test_improvement_typed_on_the_page_of_the_case_is_held(officer: Client) -> None:
    decision = with_complainant()
    case = page_of(Complaint, "change", decision.complaint_id)
    sent = Fields(officer.get(case)).values | {
        "recommendations-0-category": "training_or_guidance",
        "recommendations-0-text": "Write to Ms Specimen.",
        "recommendations-0-due_on": "1/4/20",
    }
    response = officer.post(case, sent)
    assert errors_of(response)[0] == TOLD
    tick = {"recommendations-0-checked": Fields(response).ticks["recommendations-0-checked"]}
    assert officer.post(case, sent | tick).status_code == 302
    assert Recommendation.objects.get().text == "Write to Ms Specimen."
    assert CheckedPlaces.objects.get().decision == decision


def test_change_of_the_complainant_says_where_they_appear_now(officer: Client) -> None:
    decision = with_complainant()
    stated(decision, text="Ms Quillfeather came.")
    its_page = page_of(Complainant, "change", decision.complaint_id)
    sent = Fields(officer.get(its_page)).values | {"name": "Zoe Quillfeather"}
    response = officer.post(its_page, sent)
    assert (
        f"{decision.complaint}: The complainant seems to appear in the statement: nothing new is "
        "published until somebody changes that or ticks that it was checked."
    ) in told(response)


def test_new_statement_after_five_years_is_refused_at_its_field(officer: Client) -> None:
    decision = decided()
    stated(decision, published_on=dt.date(2015, 3, 2))
    Statement.objects.update(withdrawn_on=TODAY)
    assert errors_of(save(officer, decision, statements__0__text="New.")) == [
        "The five years of this decision for the public are over: a new statement is written only "
        "after a review that ended since."
    ]


def test_second_to_save_is_told_and_keeps_the_text(officer: Client) -> None:
    decision = decided()
    values = Fields(officer.get(page(decision))).values
    stated(decision, text="Somebody else's.")
    response = send(officer, decision, values, statements__0__text="Mine.")
    assert response.status_code == 200
    assert "this was changed after you opened it" in response.content.decode()
    assert "Mine." in response.content.decode()
    assert Statement.objects.get().text == "Somebody else's."


# Exceptions ---------------------------------------------------------------------------------------


def test_exception_is_the_managers(manager: Client, officer: Client) -> None:
    decision = decided()
    given = {
        "publication_exception__0__ground": "person",
        "publication_exception__0__details": "Would be known.",
    }
    assert save(officer, decision, **given).status_code == 302
    assert not PublicationException.objects.exists()

    assert save(manager, decision, **given).status_code == 302
    exception = PublicationException.objects.get()
    assert (exception.ground, exception.details) == ("person", "Would be known.")
    assert exception.decided_by.username == "manager"
    assert "Would be known." in officer.get(page(decision)).content.decode()

    gone = {"publication_exception__0__DELETE": "on"}
    assert save(officer, decision, **gone).status_code == 302
    assert PublicationException.objects.count() == 1
    assert save(manager, decision, **gone).status_code == 302
    assert not PublicationException.objects.exists()


def test_exception_needs_its_reason(manager: Client) -> None:
    response = save(manager, decided(), publication_exception__0__ground="other")
    assert errors_of(response) == ["This field is required."]


# Reviews ------------------------------------------------------------------------------------------


def test_review_is_asked_for_and_ends(officer: Client) -> None:
    decision = decided()
    asked = {"reviews__0__asked_on": "1/2/20", "reviews__0__reason": "It is wrong."}
    assert save(officer, decision, **asked).status_code == 302
    assert Fields(officer.get(page(decision))).values["reviews-TOTAL_FORMS"] == "1"
    ended = {"reviews__0__ended_on": "t", "reviews__0__result": "reopened"}
    assert save(officer, decision, **ended).status_code == 302
    review = DecisionReview.objects.get()
    assert (review.asked_on, review.ended_on) == (dt.date(2020, 2, 1), TODAY)
    decision.complaint.refresh_from_db()
    assert decision.complaint.stage == Stage.INVESTIGATION


BEFORE_DECISION = "This day cannot be before 1 October 2019, the day of the decision."


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"asked_on": "30/9/19"}, BEFORE_DECISION),
        ({"asked_on": "1/10/19"}, None),
        ({"asked_on": "3/3/20"}, "This day is in the future: today is 2 March 2020."),
        (
            {"asked_on": "2/2/20", "ended_on": "1/2/20", "result": "stands"},
            "This day cannot be before 2 February 2020, when the review was asked for.",
        ),
        ({"asked_on": "2/2/20", "ended_on": "2/2/20", "result": "stands"}, None),
        (
            {"asked_on": "2/2/20", "result": "stands"},
            "Give the day on which the review ended: “The decision stands”.",
        ),
        (
            {"asked_on": "2/2/20", "ended_on": "2/2/20"},
            "Give the result of the review, or clear its last day.",
        ),
    ],
)  # fmt: skip
def test_review_days_are_in_order(
    given: dict[str, str], expected: str | None, officer: Client
) -> None:
    typed = {f"reviews__0__{name}": value for name, value in given.items()}
    response = save(officer, decided(), reviews__0__reason="It is wrong.", **typed)
    if expected is None:
        assert (response.status_code, DecisionReview.objects.count()) == (302, 1)
    else:
        assert errors_of(response)[:1] == [expected]
        assert not DecisionReview.objects.exists()


# Reports ------------------------------------------------------------------------------------------


def test_report_is_to_be_answered_three_months_after_issue(officer: Client) -> None:
    decision = decided()
    issued = {"report__0__title": "Failings", "report__0__issued_on": "30/11/2019"}
    assert save(officer, decision, **issued).status_code == 302
    report = PublicInterestReport.objects.get()
    assert (report.answer_due_on, report.is_further) == (dt.date(2020, 2, 29), False)
    assert "29 Feb" in officer.get(page(decision)).content.decode()
    answered = {"report__0__answered_on": "1/2/20", "report__0__satisfied_on": "2/2/20"}
    assert save(officer, decision, **answered).status_code == 302
    report.refresh_from_db()
    assert report.satisfied_on == dt.date(2020, 2, 2)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"issued_on": "30/9/19"}, BEFORE_DECISION),
        ({"issued_on": "1/10/19"}, None),
        (
            {"issued_on": "1/12/19", "answered_on": "30/11/19"},
            "This day cannot be before 1 December 2019, when the report was issued.",
        ),
        (
            {"issued_on": "1/12/19", "answered_on": "2/12/19", "satisfied_on": "1/12/19"},
            "This day cannot be before 2 December 2019, when the authority answered.",
        ),
        (
            {"issued_on": "1/12/19", "satisfied_on": "1/12/19"},
            "Give the day on which the authority answered.",
        ),
    ],
)  # fmt: skip
def test_report_days_are_in_order(
    given: dict[str, str], expected: str | None, officer: Client
) -> None:
    typed = {f"report__0__{name}": value for name, value in given.items()}
    response = save(officer, decided(), report__0__title="Failings", **typed)
    if expected is None:
        assert (response.status_code, PublicInterestReport.objects.count()) == (302, 1)
    else:
        assert errors_of(response)[:1] == [expected]
        assert not PublicInterestReport.objects.exists()


# What the page says of publication ----------------------------------------------------------------


def said(decision: Decision) -> str:
    return state_of_publication(Decision.objects.get(pk=decision.pk), today=TODAY)


def test_state_of_publication_says_what_stands_in_the_way() -> None:
    assert said(decided(Outcome.ADVICE_GIVEN)) == "Decisions with this outcome are not published."
    old = decided(received_on=dt.date(2013, 3, 31))
    assert said(old) == "Not published: the complaint came before 1 April 2013."
    decision = decided()
    assert said(decision) == "There is no statement yet."
    statement = stated(decision, dated_on=dt.date(2020, 1, 20))
    assert said(decision) == "To be published next."
    Statement.objects.update(dated_on=dt.date(2020, 1, 21))
    assert said(decision) == "To be published from 3 March 2020 on."
    Statement.objects.update(published_on=TODAY)
    assert said(decision) == "Published on 2 March 2020."
    Complaint.objects.update(stage=Stage.INVESTIGATION)
    assert said(decision) == "Not shown to the public while the case is open."
    review = decision.reviews.create(asked_on=TODAY, reason="It is wrong.")
    assert said(decision) == "Not shown to the public while the decision is under review."
    review.delete()
    Statement.objects.filter(pk=statement.pk).update(withdrawn_on=TODAY)
    assert said(decision) == "Withdrawn on 2 March 2020, after five years."
    PublicationException.objects.create(
        decision=decision, ground="sole_trader", details="Known.", decided_at=timezone.now(),
        decided_by=system_user(),
    )  # fmt: skip
    assert said(decision) == "Not published: the provider is a sole trader."


def test_case_page_says_it_and_leads_to_the_decision(officer: Client) -> None:
    decision = decided()
    response = officer.get(page_of(Complaint, "change", decision.complaint_id))
    content = " ".join(response.content.decode().split())
    assert (
        f'There is no statement yet. <a href="{page(decision)}">Statement, exception, reviews and '
        "report</a>"
    ) in content


# Similar cases ------------------------------------------------------------------------------------


def similar_of(response: Any) -> Any:
    return response.context.get("similar")


def test_page_of_an_upheld_decision_shows_similar_ones(officer: Client) -> None:
    like = decided()
    stated(like, text="A noisy cockerel.", published_on=dt.date(2020, 1, 2))
    make_recommendation(
        like, kind="personal", category="financial_redress_distress", text="Pay.", amount="1250.50"
    )
    decision = decided()
    Complaint.objects.filter(pk=decision.complaint_id).update(subcategory="Cockerel <b>")
    for address in (page(decision), page_of(Complaint, "change", decision.complaint_id)):
        content = " ".join(officer.get(address).content.decode().split())
        link = page_of(Complaint, "change", like.complaint_id)
        assert (
            f'<a href="{link}">{like.complaint}</a>, {like.authority}, 1 October 2019: '
            "Financial redress: avoidable distress"
        ) in content
        assert "The amount recommended in them: £1,250.50." in content


def test_page_says_that_nothing_similar_is_published(officer: Client) -> None:
    content = officer.get(page(decided())).content.decode()
    assert "No published upheld decision uses the words of this case." in content


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [(Outcome.UPHELD, True), (Outcome.NOT_UPHELD, False), (Outcome.REFERRED_BACK, False)],
)
def test_similar_cases_are_for_upheld_decisions(outcome: str, shown: bool, officer: Client) -> None:
    assert (similar_of(officer.get(page(decided(outcome)))) is not None) == shown


@pytest.mark.parametrize(
    ("stage", "shown"),
    [(Stage.INTAKE, False), (Stage.ASSESSMENT, False), (Stage.DECISION, True)],
)
def test_similar_cases_are_shown_while_deciding(stage: Stage, shown: bool, officer: Client) -> None:
    case = make_complaint(make_authority(), stage=stage)
    response = officer.get(page_of(Complaint, "change", case.pk))
    assert (similar_of(response) is not None) == shown


@pytest.mark.parametrize("missing", ["casework.change_decision", "casework.view_complainant"])
def test_similar_cases_are_for_those_who_decide_and_may_see_remedies(missing: str) -> None:
    client = browser_of(make_staff("other", *(p for p in OF_A_CASEWORKER if p != missing)))
    assert similar_of(client.get(page(decided()))) is None


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [
        (None, None, "No amount of money was recommended in them."),
        ("100", "100", "The amount recommended in them: £100."),
        ("0", "1250.5", "The amounts recommended in them: £0 to £1,250.50."),
    ],
)
def test_amounts_in_one_sentence(lowest: Any, highest: Any, expected: str) -> None:
    from decimal import Decimal

    found = SimilarCases([], *(value and Decimal(value) for value in (lowest, highest)))
    assert amounts(found) == expected


# Lists --------------------------------------------------------------------------------------------


def make_row(model: Any) -> Any:
    decision = decided()
    if model is Statement:
        return stated(decision)
    if model is PublicationException:
        return PublicationException.objects.create(
            decision=decision, ground="other", details="Because.", decided_at=timezone.now(),
            decided_by=system_user(),
        )  # fmt: skip
    if model is DecisionReview:
        return decision.reviews.create(asked_on=TODAY, reason="It is wrong.")
    return PublicInterestReport.objects.create(
        decision=decision, title="Failings", issued_on=TODAY, answer_due_on=dt.date(2020, 6, 2)
    )


LISTS = {
    Statement: ("awaiting", "ready", "published", "withdrawn", "replaced"),
    PublicationException: (),
    DecisionReview: (),
    PublicInterestReport: (),
}


@pytest.mark.parametrize("model", LISTS)
def test_lists_cost_the_same_for_one_row_and_three(
    model: Any, django_assert_num_queries: Any
) -> None:
    client = browser_of(make_staff("auditor", f"casework.view_{model._meta.model_name}"))
    for number in (1, 2):
        for _ in range(number):
            make_row(model)
        with django_assert_num_queries(9):
            response = client.get(page_of(model, "changelist"))
        assert len(response.context["cl"].result_list) == model.objects.count()


@pytest.mark.parametrize("model", LISTS)
def test_rows_are_read_and_lead_to_their_decision(model: Any) -> None:
    row = make_row(model)
    client = browser_of(
        make_staff(
            "auditor", "casework.view_decision", *(
                f"casework.{action}_{model._meta.model_name}"
                for action in ("view", "add", "change", "delete")
            ),
        )
    )  # fmt: skip
    response = client.get(page_of(model, "change", row.pk))
    assert f'<a href="{page(row.decision)}">' in response.content.decode()
    before = list(model.objects.values())
    assert client.post(page_of(model, "change", row.pk), {}).status_code == 403
    assert client.get(page_of(model, "add")).status_code == 403
    assert client.post(page_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert list(model.objects.values()) == before
    found = client.get(page_of(model, "changelist", q=row.decision.complaint.reference))
    assert list(found.context["cl"].result_list) == [row]


def test_statements_are_filtered_by_publication() -> None:
    client = browser_of(make_staff("auditor", "casework.view_statement"))
    waiting = stated(decided(), dated_on=dt.date(2020, 2, 1))
    ready = stated(decided())
    published = stated(decided(), published_on=dt.date(2020, 1, 2))
    withdrawn = stated(decided(), published_on=dt.date(2020, 1, 2))
    Statement.objects.filter(pk=withdrawn.pk).update(withdrawn_on=TODAY)
    replaced = stated(decided())
    Statement.objects.filter(pk=replaced.pk).update(is_current=False)
    expected = {
        "awaiting": [ready, waiting],
        "ready": [ready],
        "published": [published],
        "withdrawn": [withdrawn],
        "replaced": [replaced],
    }
    assert tuple(expected) == LISTS[Statement]
    for value, rows in expected.items():
        response = client.get(page_of(Statement, "changelist", publication=value))
        assert list(response.context["cl"].result_list) == rows, value


def test_reports_are_filtered_by_answer() -> None:
    client = browser_of(make_staff("auditor", "casework.view_publicinterestreport"))
    days: dict[str, dict[str, Any]] = {
        "awaited": {"answer_due_on": TODAY},
        "overdue": {"answer_due_on": TODAY - dt.timedelta(days=1)},
        "answered": {"answer_due_on": TODAY, "answered_on": TODAY},
        "satisfied": {"answer_due_on": TODAY, "answered_on": TODAY, "satisfied_on": TODAY},
    }
    rows = {
        name: PublicInterestReport.objects.create(
            decision=decided(), title=name, issued_on=dt.date(2019, 12, 1), **values
        )
        for name, values in days.items()
    }
    for name, row in rows.items():
        response = client.get(page_of(PublicInterestReport, "changelist", answer=name))
        expected = [rows["overdue"], row] if name == "awaited" else [row]
        assert list(response.context["cl"].result_list) == expected, name
