"""The register of improvements, fault found again after compliance, and public reports."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.choices import Category, Compliance, Outcome, Stage
from casework.models import Authority, Complaint
from reviews.figures.improvements import is_found_again
from reviews.models import PublishedDecision, PublishedImprovement
from reviews.site.decisions import kind_of
from tests.factories import make_authority
from tests.reviews.site.builders import make_frozen_round, make_issued
from tests.reviews.site.cases import day, make_published, make_stated, publish
from tests.reviews.site.words import Page

pytestmark = pytest.mark.django_db

RECORDED = day("2019-08-15")


@pytest.fixture
def leeds() -> Authority:
    return make_authority("Leeds City Council", slug="leeds")


def read(client: Client, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200, address
    return Page(response.content)


def said(client: Client, query: str = "") -> list[str]:
    return [e.text for e in read(client, f"/improvements/{query}").classed("said")]


def make_first(authority: Authority, **values: Any) -> PublishedDecision:
    """An upheld decision with an improvement, in which compliance was recorded."""
    given: dict[str, Any] = {
        "decided_on": day("2019-05-01"), "compliance": Compliance.SATISFIED,
        "compliance_recorded_on": RECORDED, "improvements": ["Train staff."],
        "category": Category.HOUSING,
    }  # fmt: skip
    return make_published(authority, **given | values)


def make_later(authority: Authority, **values: Any) -> PublishedDecision:
    given = {"decided_on": RECORDED + dt.timedelta(days=1), "category": Category.HOUSING}
    return make_published(authority, **given | values)


# The register -------------------------------------------------------------------------------------


def test_register_without_improvements_says_so(client: Client, leeds: Authority) -> None:
    make_published(leeds)
    page = read(client, "/improvements/")
    assert page.texts("h2")[1] == "0 improvements"
    assert "Nothing that is public fits here yet." in page.text


def test_register_says_of_each_improvement_what_became_of_it(
    client: Client, leeds: Authority
) -> None:
    older = make_first(
        leeds, improvements=["Done <b>before</b>."], compliance=Compliance.NOT_SATISFIED
    )
    newer = make_published(
        leeds, subcategory="Lettings", decided_on=day("2019-10-01"),
        improvements=[
            {"text": "In time.", "due_on": day("2020-01-01"), "completed_on": day("2020-01-01")},
            {"text": "Late.", "due_on": day("2020-01-01"), "completed_on": day("2020-01-02"),
             "category": "procedure_or_policy"},
            {"text": "Still due.", "due_on": day("2020-02-01")},
        ],
    )  # fmt: skip
    page = read(client, "/improvements/")
    assert said(client) == ["In time.", "Late.", "Still due.", "Done <b>before</b>."]
    about = [e.text for e in page.classed("about")]
    agreed = (
        f"Leeds City Council, housing: Lettings. Agreed 1 October 2019 in decision "
        f"{newer.reference}."
    )
    assert about == [
        "Carried out on time Training or guidance. Due 1 January 2020, carried out 1 January 2020.",
        agreed,
        "Carried out late Procedure or policy change or review. Due 1 January 2020, carried out "
        "2 January 2020.",
        agreed,
        "Due Training or guidance. Due 1 February 2020.",
        agreed,
        "Not carried out Training or guidance. Due 30 July 2019. Compliance in the case: not "
        "satisfied, recorded 15 August 2019.",
        "Leeds City Council, housing. Agreed 1 May 2019 in decision "
        f"{older.reference}.",
    ]  # fmt: skip
    assert {newer.get_absolute_url(), older.get_absolute_url(), "/councils/leeds/"} <= set(
        page.links
    )


def test_register_never_has_a_personal_remedy(client: Client, leeds: Authority) -> None:
    copy = make_published(
        leeds,
        improvements=[
            "Train staff.",
            {"kind": "personal", "category": "apology", "text": "SECRET: apologise.",
             "due_on": day("2031-12-13")},
        ],
    )  # fmt: skip
    for address in ("/improvements/", "/decisions/", "/decisions/feed/", copy.get_absolute_url(),
                    "/improvements/?q=secret", "/decisions/?q=apologise"):  # fmt: skip
        content = client.get(address).content.decode()
        assert "SECRET" not in content, address
        assert "2031" not in content, address
    assert said(client) == ["Train staff."]


def test_register_goes_by_what_copies_say_until_the_next_publication(
    client: Client, leeds: Authority
) -> None:
    copy = make_published(leeds, improvements=["Train staff."])
    improvement = copy.statement.decision.recommendations.get()
    improvement.completed_on = improvement.due_on
    improvement.save()
    assert said(client, "?status=due") == ["Train staff."]
    publish()
    assert said(client, "?status=due") == []
    assert said(client, "?status=on_time") == ["Train staff."]
    Complaint.objects.filter(reference=copy.reference).update(stage=Stage.INVESTIGATION)
    assert said(client) == []


FILTERS: list[dict[str, list[str]]] = [
    {},
    {"status": ["due", "late"]},
    {"status": ["due"], "remedy": ["training_or_guidance"]},
    {"council": ["leeds"], "again": ["yes"]},
    {"again": ["yes"], "status": ["late"]},
    {"category": ["housing"], "year": ["2020"], "council": ["york"]},
]


@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_filters_and_the_counts_beside_them_agree_with_counting_by_hand(
    client: Client, leeds: Authority, chosen: dict[str, list[str]]
) -> None:
    york = make_authority("York Council", slug="york")
    rows = []
    for authority, decided_on, completed in itertools.product(
        (leeds, york), ("2019-03-01", "2019-05-01"), (None, 0, 1)
    ):
        due_on = day("2019-07-01")
        complied = completed is not None and decided_on == "2019-05-01"
        kind = "training_or_guidance" if completed else "review_other_cases"
        decision = make_stated(
            authority, decided_on=day(decided_on), category=Category.HOUSING,
            compliance=Compliance.SATISFIED if complied else "",
            compliance_recorded_on=RECORDED if complied else None,
            improvements=[{
                "category": kind, "due_on": due_on,
                "completed_on": None if completed is None else due_on + completed * dt.timedelta(1),
            }],
        )  # fmt: skip
        rows.append({
            "reference": decision.complaint.reference, "council": authority.slug,
            "status": {None: "due", 0: "on_time", 1: "late"}[completed], "category": "housing",
            "remedy": kind, "year": "2019" if decided_on == "2019-03-01" else "2020",
            "again": "yes" if complied and authority == leeds else "",
        })  # fmt: skip
    make_later(leeds)

    def left(but: str = "") -> list[dict[str, str]]:
        return [
            row for row in rows
            if all(row[name] in values for name, values in chosen.items() if name != but)
        ]  # fmt: skip

    response = client.get("/improvements/", chosen)
    shown = [line.decision.reference for line in response.context["lines"]]
    assert sorted(shown) == sorted(row["reference"] for row in left())
    for panel in response.context["panels"]:
        name = panel.facet.name
        for option in panel.options:
            count = sum(row[name] == option.value for row in left(but=name))
            assert option.count == count, (name, option.value)


@pytest.mark.parametrize("number", [1, 3])
def test_register_asks_a_fixed_number_of_queries(
    client: Client, leeds: Authority, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        make_first(leeds)
    make_later(leeds)
    # Councils, a count, the rows and what was upheld later, six filters, the notice.
    with django_assert_num_queries(11):
        client.get("/improvements/")
    # The words, and where they stand.
    with django_assert_num_queries(13):
        client.get("/improvements/?q=train&again=yes&status=on_time")


def test_register_marks_the_words_found(client: Client, leeds: Authority) -> None:
    text = f"{'Train <b>staff</b>, all of them. ' * 20}And on lettings."
    first = make_first(leeds, improvements=[text, "Other."])
    page = read(client, "/improvements/?q=letting")
    assert (said(client, "?q=letting"), page.texts("mark")) == (
        [text], ["lettings"],
    )  # fmt: skip
    assert len(said(client, f"?q={first.reference.replace(' ', '')}")) == 2


# Found again --------------------------------------------------------------------------------------


def again(client: Client, address: str = "/improvements/") -> list[str]:
    return [e.text for e in read(client, address).classed("again")]


def test_fault_found_again_names_both_decisions_and_the_whole_months(
    client: Client, leeds: Authority
) -> None:
    first = make_first(leeds)
    later = make_later(leeds, decided_on=day("2020-03-20"))
    last = make_later(leeds, decided_on=day("2020-03-21"))
    sentence = (
        "Found again: a complaint of the same kind about the same authority was upheld 7 months "
        f"after compliance was recorded, in decision {later.reference} of 20 March 2020, and 1 "
        "more since."
    )
    assert again(client) == [sentence]
    page = read(client, first.get_absolute_url())
    assert [e.text for e in page.classed("again")] == [sentence]
    assert later.get_absolute_url() in page.links
    assert "happened before the improvement" in page.text
    Complaint.objects.filter(reference=later.reference).update(stage=Stage.INVESTIGATION)
    assert [last.reference in each for each in again(client)] == [True]
    Complaint.objects.filter(reference=last.reference).update(stage=Stage.INVESTIGATION)
    assert again(client) == []
    assert "happened before" not in read(client, first.get_absolute_url()).text


def test_council_page_says_what_found_again_does_not_mean(client: Client, leeds: Authority) -> None:
    make_issued(make_frozen_round(), leeds)
    make_first(leeds)
    assert "happened before" not in read(client, "/councils/leeds/").text
    make_later(leeds, decided_on=day("2020-03-20"))
    text = read(client, "/councils/leeds/").text
    assert "Fault of the same kind was found again after 1 of them." in text
    assert "A later complaint may be about something that happened before the improvement." in text


@pytest.mark.parametrize(
    ("days", "when"), [(1, "less than a month"), (31, "1 month"), (61, "2 months")]
)
def test_fault_found_again_is_put_in_words(
    client: Client, leeds: Authority, days: int, when: str
) -> None:
    make_first(leeds)
    make_later(leeds, decided_on=RECORDED + dt.timedelta(days=days))
    (sentence,) = again(client)
    assert f"was upheld {when} after compliance was recorded" in sentence


def on_the_day(leeds: Authority) -> None:
    make_first(leeds)
    make_later(leeds, decided_on=RECORDED)


def not_upheld(leeds: Authority) -> None:
    make_first(leeds)
    make_later(leeds, outcome=Outcome.NOT_UPHELD)


def at_another_council(leeds: Authority) -> None:
    make_first(leeds)
    make_later(make_authority("York Council"))


def of_another_category(leeds: Authority) -> None:
    make_first(leeds)
    make_later(leeds, category=Category.BENEFITS_AND_TAX)


def of_another_subcategory(leeds: Authority) -> None:
    make_first(leeds, subcategory="Lettings")
    make_later(leeds, subcategory="Repairs")


def of_an_unknown_subcategory(leeds: Authority) -> None:
    make_first(leeds, subcategory="Lettings")
    make_later(leeds)


def without_compliance(leeds: Authority) -> None:
    make_first(leeds, compliance=Compliance.NOT_SATISFIED)
    make_later(leeds)


def not_published(leeds: Authority) -> None:
    make_first(leeds)
    make_stated(leeds, decided_on=day("2020-07-01"), category=Category.HOUSING)
    publish()


UNLIKE = (
    on_the_day, not_upheld, at_another_council, of_another_category, of_another_subcategory,
    of_an_unknown_subcategory, without_compliance, not_published,
)  # fmt: skip


@pytest.mark.parametrize("unlike", UNLIKE)
def test_fault_is_not_found_again(client: Client, leeds: Authority, unlike: Any) -> None:
    unlike(leeds)
    assert len(said(client)) == 1
    assert again(client) == []
    assert said(client, "?again=yes") == []


def test_filter_and_sentence_agree_on_what_is_found_again(client: Client, leeds: Authority) -> None:
    """The condition in the database against the definition, over all that may differ."""
    york = make_authority("York Council")
    days = (RECORDED - dt.timedelta(days=1), RECORDED, RECORDED + dt.timedelta(days=1))
    for authority, subcategory, outcome in itertools.product(
        (leeds, york), ("", "Lettings"), (Outcome.UPHELD, Outcome.NOT_UPHELD)
    ):
        make_stated(authority, outcome=outcome, category=Category.HOUSING, decided_on=RECORDED
                    + dt.timedelta(days=authority == leeds), subcategory=subcategory)  # fmt: skip
    for authority, subcategory, compliance, recorded_on in itertools.product(
        (leeds, york), ("", "Lettings"), ("", *Compliance.values), days
    ):
        make_stated(
            authority, decided_on=day("2019-05-01"), category=Category.HOUSING,
            subcategory=subcategory, compliance=compliance,
            compliance_recorded_on=recorded_on if compliance else None, improvements=["Train."],
        )  # fmt: skip
    publish()
    upheld = PublishedDecision.objects.filter(outcome=Outcome.UPHELD)
    wanted = {
        row.pk
        for row in PublishedImprovement.objects.select_related("decision")
        if any(
            kind_of(each) == kind_of(row.decision)
            and is_found_again(
                compliance=row.compliance,
                recorded_on=row.compliance_recorded_on,
                decided_on=each.decided_on,
            )
            for each in upheld
        )
    }
    rows = PublishedImprovement.objects.published(at=timezone.now())
    assert {row.pk for row in rows.found_again(at=timezone.now())} == wanted
    assert 0 < len(wanted) < rows.count() == 60
    shown: list[int] = []
    for page in (1, 2, 3):
        lines = client.get("/improvements/", {"page": page}).context["lines"]
        shown += [line.again is not None for line in lines]
    assert (sum(shown), len(shown)) == (len(wanted), 60)


# Reports ------------------------------------------------------------------------------------------


def test_reports_are_listed_the_newest_first_and_say_what_followed(
    client: Client, leeds: Authority
) -> None:
    assert "0 reports" in read(client, "/reports/").text
    first = make_published(leeds, report={
        "title": "Homes & <b>damp</b>", "issued_on": day("2020-03-31"),
        "answered_on": day("2020-06-01"), "satisfied_on": day("2020-06-02"),
    })  # fmt: skip
    second = make_published(leeds, category=Category.BENEFITS_AND_TAX, report={
        "title": "Bills", "issued_on": day("2020-04-01"), "is_further": True,
    })  # fmt: skip
    make_published(leeds)
    page = read(client, "/reports/")
    assert page.texts("h3") == ["Bills", "Homes & <b>damp</b>"]
    assert [e.text for e in page.classed("about")] == [
        f"Leeds City Council, benefits and tax, decision {second.reference}",
        "Further report Issued 1 April 2020. No answer of the authority is recorded.",
        f"Leeds City Council, housing, decision {first.reference}",
        "Issued 31 March 2020. The authority answered on 1 June 2020. The Ombudsman was satisfied "
        "with its response on 2 June 2020.",
    ]
    assert first.get_absolute_url() in page.links
    assert read(client, "/reports/?year=2020&council=leeds").texts("h3") == ["Homes & <b>damp</b>"]
    assert read(client, "/reports/?year=2021").texts("h3") == ["Bills"]
    assert read(client, "/reports/?q=damp").texts("h3") == ["Homes & <b>damp</b>"]
    Complaint.objects.filter(reference=first.reference).update(stage=Stage.INVESTIGATION)
    assert read(client, "/reports/").texts("h3") == ["Bills"]


@pytest.mark.parametrize("number", [1, 3])
def test_reports_ask_a_fixed_number_of_queries(
    client: Client, leeds: Authority, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        make_published(leeds, report={"title": "Homes", "issued_on": day("2019-11-01")})
    with django_assert_num_queries(7):
        client.get("/reports/")
