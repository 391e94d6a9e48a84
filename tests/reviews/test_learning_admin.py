"""Recording seminars and courses, and the box on a round's page that says what is counted."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.models import Authority, Batch
from reviews import rounds
from reviews.models import LearningAttendance, LearningEvent, Round
from tests.casework.test_admin import ROLES, address, errors_of, signed_in
from tests.factories import (
    FIRST_DAY,
    MIDDLE,
    make_approver,
    make_authority,
    make_editor,
    make_event,
    make_round,
)

pytestmark = pytest.mark.django_db

ROW = "attendance"


def typed(*rows: dict[str, Any], **values: str) -> dict[str, Any]:
    """The form of an event as sent, with a row of it for each of `rows`."""
    data: dict[str, Any] = {
        "kind": "seminar", "held_on": "1/10/19", "title": "Link officer seminar",
        "place": "Leeds", "audience": "local_authority", f"{ROW}-TOTAL_FORMS": len(rows),
        f"{ROW}-INITIAL_FORMS": sum("id" in row for row in rows),
    }  # fmt: skip
    for number, row in enumerate(rows):
        data |= {f"{ROW}-{number}-{name}": value for name, value in row.items()}
    return data | values


def add(client: Client, *rows: dict[str, Any], **values: str) -> Any:
    return client.post(address(LearningEvent, "add"), typed(*rows, **values))


def attendance() -> list[tuple[Any, ...]]:
    return list(
        LearningAttendance.objects.order_by("pk").values_list("authority", "sector", "people")
    )


# Who may ------------------------------------------------------------------------------------------


def test_events_are_recorded_by_review_editors_and_read_by_approvers() -> None:
    event = make_event("seminar", "other")
    found = {}
    for role in ROLES:
        client = signed_in(role)
        found[role] = [
            client.get(address(LearningEvent, page, *args)).status_code
            for page, args in (
                ("changelist", ()), ("change", (event.pk,)), ("add", ()), ("delete", (event.pk,)),
            )
        ] + [client.post(address(LearningEvent, "change", event.pk), {}).status_code]  # fmt: skip
    assert found == {
        role: {
            "review editor": [200, 200, 200, 200, 200],
            "approver": [200, 200, 403, 403, 403],
        }.get(role, [403, 403, 403, 403, 403])
        for role in ROLES
    }


# Recording ----------------------------------------------------------------------------------------


def test_event_is_recorded_with_who_came() -> None:
    one, other = make_authority(), make_authority()
    answer = add(
        signed_in("review editor"),
        {"authority": one.pk, "people": "2"},
        {"authority": other.pk, "people": "1", "sector": "local_authority"},
        {"people": "5", "sector": "care_provider"},
        {},
    )
    assert answer.status_code == 302
    event = LearningEvent.objects.get()
    assert (event.kind, event.held_on, event.place) == ("seminar", MIDDLE, "Leeds")
    assert attendance() == [
        (one.pk, "local_authority", 2), (other.pk, "local_authority", 1),
        (None, "care_provider", 5),
    ]  # fmt: skip
    assert Batch.objects.get().changes.count() == 4


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"people": "1"}, "Choose the authority, or the sector of those who came from no"),
        ({"people": "1", "sector": "local_authority"}, "Choose the authority, or the sector"),
        ({"people": "0", "sector": "other"}, "greater than or equal to 1"),
        ({"people": "-1", "sector": "other"}, "greater than or equal to 1"),
        ({"sector": "other"}, "This field is required"),
        ({"people": "1", "authority": "kept", "sector": "other"}, "one of the local authorities"),
        ({"people": "1", "authority": "ended"}, "It was not in force on 1 October 2019"),
        ({"people": "1", "authority": "double"}, "not one of the available choices"),
    ],
)
def test_row_that_cannot_be_is_said_beside_its_field(row: dict[str, str], error: str) -> None:
    kept = make_authority(slug="kept")
    make_authority(slug="ended", ends_on=MIDDLE - dt.timedelta(days=1))
    make_authority(slug="double", merged_into=kept)
    if "authority" in row:
        row = row | {"authority": str(Authority.objects.get(slug=row["authority"]).pk)}
    answer = add(signed_in("review editor"), row)
    assert answer.status_code == 200
    assert [text for text in errors_of(answer) if error in text] != []
    assert LearningEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("of", "problems"),
    [
        (
            "authority",
            [
                "Please correct the duplicate data for authority.",
                ["Please correct the duplicate values below."],
            ],
        ),
        ("sector", [["This sector has a row already: add its people there."]]),
    ],
)
def test_row_twice_is_refused(of: str, problems: list[object]) -> None:
    value = make_authority().pk if of == "authority" else "other"
    row = {of: value, "people": "1"}
    answer = add(signed_in("review editor"), row, row)
    assert answer.status_code == 200
    assert list(answer.context["errors"]) == problems
    assert LearningEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field", "error"),
    [
        ({"held_on": "tomorrow"}, "held_on", "Type a day as"),
        ({"held_on": "future"}, "held_on", "This day is in the future"),
        ({"place": "Leeds 😀"}, "place", "letters cannot show: spell it otherwise"),
        ({"place": "Lee\nds"}, "place", "letters cannot show: spell it otherwise"),
        ({"place": "((Leeds))"}, "place", "letters cannot show: spell it otherwise"),
        ({"place": "x" * 61}, "place", "at most 60 characters"),
        ({"title": ""}, "title", "This field is required"),
        ({"kind": "party"}, "kind", "not one of the available choices"),
        ({"title": "Same"}, "__all__", "This event is recorded already"),
    ],
)
def test_event_that_cannot_be_is_said_beside_its_field(
    values: dict[str, str], field: str, error: str
) -> None:
    make_event("seminar", title="Same")
    if values.get("held_on") == "future":
        values = {"held_on": f"{timezone.localdate() + dt.timedelta(days=1):%d/%m/%Y}"}
    answer = add(signed_in("review editor"), **values)
    assert answer.status_code == 200
    assert error in " ".join(answer.context["adminform"].form.errors[field])
    assert LearningEvent.objects.count() == 1


def test_rows_are_changed_and_taken_out() -> None:
    one, other = make_authority(), make_authority()
    event = make_event("seminar", one, other, title="Link officer seminar")
    first, second = event.attendance.order_by("pk")
    answer = signed_in("review editor").post(
        address(LearningEvent, "change", event.pk),
        typed(
            {"id": first.pk, "event": event.pk, "people": "3", "sector": "local_authority"},
            {"id": second.pk, "event": event.pk, "people": "1", "sector": "local_authority",
             "DELETE": "on"},
            {"people": "4", "sector": "other"},
        ),
    )  # fmt: skip
    assert answer.status_code == 302
    assert attendance() == [(one.pk, "local_authority", 3), (None, "other", 4)]


def test_row_of_an_authority_merged_since_is_still_changed() -> None:
    double = make_authority()
    event = make_event("seminar", double, title="Link officer seminar")
    Authority.objects.filter(pk=double.pk).update(merged_into=make_authority())
    row = event.attendance.get()
    answer = signed_in("review editor").post(
        address(LearningEvent, "change", event.pk),
        typed({"id": row.pk, "event": event.pk, "people": "3", "sector": "local_authority"}),
    )
    assert answer.status_code == 302
    assert attendance() == [(double.pk, "local_authority", 3)]


def test_page_of_an_event_costs_the_same_for_one_row_and_three(
    django_assert_num_queries: Any,
) -> None:
    client = signed_in("review editor")
    for number in (1, 3):
        event = make_event("seminar", *(make_authority() for _ in range(number)))
        with django_assert_num_queries(8):
            client.get(address(LearningEvent, "change", event.pk))


# The list -----------------------------------------------------------------------------------------


def shown(client: Client, **query: str) -> list[str]:
    answer = client.get(address(LearningEvent, "changelist"), query)
    return [event.title for event in answer.context["cl"].result_list]


def test_list_counts_people_and_authorities_and_goes_as_a_file() -> None:
    one = make_authority()
    event = make_event("seminar", one, make_authority(), "other", title="Full")
    event.attendance.filter(authority=one).update(people=4)
    make_event("course", title="Empty", place="", held_on=FIRST_DAY)
    client = signed_in("review editor")
    answer = client.get(address(LearningEvent, "changelist"))
    assert [
        (event.title, event.people, event.authorities) for event in answer.context["cl"].result_list
    ] == [("Full", 6, 2), ("Empty", None, 0)]
    assert "not recorded" in answer.content.decode()
    file = client.get(address(LearningEvent, "export", "csv"))
    rows = list(csv.reader(io.StringIO(b"".join(file).decode("utf-8-sig"))))
    assert rows == [
        ["Title", "Kind", "Place", "Held on", "For", "People", "Authorities"],
        ["Full", "Seminar", "Leeds", "2019-10-01", "Local authorities", "6", "2"],
        ["Empty", "Course", "", "2019-04-01", "Local authorities", "", "0"],
    ]


def test_list_is_filtered_by_kind_and_year_and_searched() -> None:
    make_event("seminar", title="One", place="York", held_on=FIRST_DAY)
    make_event("course", title="Two", held_on=FIRST_DAY - dt.timedelta(days=1))
    client = signed_in("approver")
    assert shown(client) == ["One", "Two"]
    assert shown(client, kind__exact="course") == ["Two"]
    assert shown(client, year="2020") == ["One"]
    assert shown(client, year="2019") == ["Two"]
    assert shown(client, q="york") == ["One"]
    answer = client.get(address(LearningEvent, "changelist"))
    (years,) = (f for f in answer.context["cl"].filter_fields if "year" in f.parameters)
    assert [choice.label for choice in years.choices] == ["All", "2020", "2019"]


def test_list_without_events_is_a_page() -> None:
    assert shown(signed_in("approver")) == []


# The box on a round's page ------------------------------------------------------------------------


def box(client: Client, round_: Round) -> tuple[dict[str, Any], str]:
    answer = client.get(address(Round, "change", round_.pk))
    return answer.context["learning"], " ".join(answer.content.decode().split())


def lines(found: dict[str, Any]) -> list[tuple[str, ...]]:
    return [(each.now, each.before, each.change, each.frozen) for each in found["lines"]]


def test_box_of_a_round_without_events_says_so() -> None:
    found, page = box(signed_in("review editor"), make_round())
    assert "No seminar or course is recorded for 1 April 2019 to 31 March 2020." in page
    assert "Frozen for the letters" not in page
    assert lines(found) == [("", "", "", "")] * 6


def test_box_shows_what_is_counted_now_and_what_was_frozen() -> None:
    round_, editor = make_round(), make_editor()
    one = make_authority()
    make_event("seminar", one, place="London")
    make_event("course", "other")
    make_event("course", "other", held_on=FIRST_DAY - dt.timedelta(days=1))
    rounds.freeze(round_=round_, by=editor)
    client = signed_in("review editor")
    found, page = box(client, round_)
    assert lines(found) == [
        ("1", "", "", "1"), ("London", "", "", "London"), ("1", "", "", "1"), ("1", "", "", "1"),
        ("1", "1", "as many courses as the year before", "1"),
        ("1", "1", "as many people as the year before", "1"),
    ]  # fmt: skip
    assert "Events were recorded or changed" not in page
    make_event("course", "other")
    found, page = box(client, round_)
    assert lines(found)[4] == ("2", "1", "1 more course than the year before", "1")
    assert "The letters say what was frozen; freeze again to count anew." in page
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    rounds.issue(round_=round_, by=editor)
    found, page = box(client, round_)
    assert lines(found)[4][3] == "1"
    assert "The letters are issued and keep what was frozen." in page


@pytest.mark.parametrize(("role", "records"), [("review editor", True), ("approver", False)])
def test_box_leads_to_the_events_of_the_year(role: str, records: bool) -> None:
    page = box(signed_in(role), make_round())[1]
    assert f'href="{address(LearningEvent, "changelist")}?year=2020"' in page
    assert (f'href="{address(LearningEvent, "add")}"' in page) == records
