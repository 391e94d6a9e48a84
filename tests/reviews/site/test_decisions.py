"""The list of published decisions, its search, filters and counts; a decision; the feed."""

import datetime as dt
import itertools
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.actions import system_user
from casework.actions.publication import write_statement
from casework.choices import Category, Outcome, Stage
from casework.models import Authority, Complaint, Decision, DecisionReview, Statement
from reviews.models import PublishedDecision
from reviews.search import parse
from reviews.site.decisions import cases_of
from tests.factories import make_authority
from tests.reviews.site.cases import day, make_published, make_stated, publish
from tests.reviews.site.words import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def leeds() -> Authority:
    return make_authority("Leeds City Council", slug="leeds", short_name="Leeds")


def read(client: Client, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200, address
    return Page(response.content)


def read_feed(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314  our own


def listed(client: Client, query: str = "") -> list[str]:
    """The references on the page, in its order."""
    found = (re.search(r"\((\d\d \d{3} \d{3})\)$", text) for text in
             read(client, f"/decisions/{query}").texts("h3"))  # fmt: skip
    return [match[1] for match in found if match]


def options(page: Page) -> dict[tuple[str, str], int]:
    """The count beside each option that is offered."""
    found = {}
    boxes = [e for e in page.all("input") if e.attributes.get("type") == "checkbox"]
    labels = [e.text for e in page.all("label") if e.text.endswith(")")]
    for box, label in zip(boxes, labels, strict=True):
        key = (box.attributes["name"] or "", box.attributes["value"] or "")
        found[key] = int(label.rsplit("(", 1)[1].rstrip(")"))
    return found


# What is listed -----------------------------------------------------------------------------------


def test_list_without_decisions_says_so(client: Client) -> None:
    page = read(client, "/decisions/")
    assert page.texts("h2")[1] == "0 decisions"
    assert "Nothing that is public fits here yet." in page.text


def test_list_shows_what_is_published_the_newest_first(client: Client, leeds: Authority) -> None:
    older = make_published(leeds, decided_on=day("2019-09-30"))
    newer = make_published(leeds, decided_on=day("2019-10-01"), outcome=Outcome.NOT_UPHELD)
    make_stated(leeds, decided_on=day("2020-07-01"))  # waits for its six weeks
    publish()
    page = read(client, "/decisions/")
    assert listed(client) == [newer.reference, older.reference]
    assert page.texts("h2")[1] == "2 decisions"
    about = [" ".join(e.text.split()) for e in page.classed("about")]
    assert about == [
        "Not upheld Housing, decided 1 October 2019",
        "Upheld Housing, decided 30 September 2019",
    ]
    assert "Mr X complained about the Council." in page.text
    assert f"/decisions/{newer.reference.replace(' ', '-')}/" in page.links
    assert "/decisions/" in read(client, "/").links


def reopen(copy: PublishedDecision) -> None:
    Complaint.objects.filter(reference=copy.reference).update(stage=Stage.INVESTIGATION)


def ask_review(copy: PublishedDecision) -> None:
    DecisionReview.objects.create(
        decision=copy.statement.decision, asked_on=timezone.localdate(), reason="Words"
    )


def replace_statement(copy: PublishedDecision) -> None:
    write_statement(
        decision=copy.statement.decision, text="Other", dated_on=timezone.localdate(),
        by=system_user(),
    )  # fmt: skip


def decide_otherwise(copy: PublishedDecision) -> None:
    Decision.objects.filter(pk=copy.statement.decision_id).update(is_standing=False)


def withdraw(copy: PublishedDecision) -> None:
    Statement.objects.filter(pk=copy.statement_id).update(withdrawn_on=timezone.localdate())


def wait_five_years(copy: PublishedDecision) -> None:
    """By the calendar alone: nothing has been run yet."""


GONE = (reopen, ask_review, replace_statement, decide_otherwise, withdraw, wait_five_years)


@pytest.mark.parametrize("end", GONE)
def test_what_is_off_is_found_by_nothing_and_answers_as_what_never_was(
    client: Client, leeds: Authority, clock: time_machine.Traveller,
    end: Callable[[PublishedDecision], None],
) -> None:  # fmt: skip
    copy = make_published(
        leeds, text="Quillon zzyzx.", improvements=["Wibble all."], subcategory="Wobble",
        report={"title": "Wubble", "issued_on": day("2019-11-01")},
    )  # fmt: skip
    other = make_published(leeds, text="Other.", decided_on=day("2019-10-02"))
    reference = copy.reference
    address = f"/decisions/{reference.replace(' ', '-')}/"
    words = ("zzyzx", "wibble", "wobble", "wubble", reference)
    for word in words:
        assert listed(client, f"?q={word}") == [reference], word
    assert client.get(address).status_code == 200
    if end is wait_five_years:
        midnight = timezone.make_aware(
            dt.datetime.combine(copy.ends_on + dt.timedelta(days=1), dt.time())
        )
        clock.move_to(midnight - dt.timedelta(microseconds=1))
        assert client.get(address).status_code == 200
        clock.move_to(midnight)
    end(copy)
    never = client.get("/decisions/99-999-999/")
    gone = client.get(address)
    assert (gone.status_code, gone.content, gone.headers.items()) == (
        404, never.content, never.headers.items(),
    )  # fmt: skip
    shown = [] if end is wait_five_years else [other.reference]
    assert listed(client) == shown
    for word in words:
        page = read(client, f"/decisions/?q={word}")
        assert page.texts("h2")[1] == "0 decisions", word
        assert set(options(page).values()) <= {0}, word
        assert page.all("mark") == [], word
    for path in ("/decisions/", "/decisions/feed/", "/improvements/", "/reports/"):
        text = client.get(path).content.decode()
        for word in ("zzyzx", "Wibble", "Wobble", "Wubble", reference):
            assert word not in text, (path, word)


# Search -------------------------------------------------------------------------------------------


@pytest.fixture
def searched(leeds: Authority) -> dict[str, str]:
    """References by what their statements are about."""
    texts = {
        "damp": "Damp and black mould. The Council's assessments were late.",
        "school": "A place at school. The assessment was late.",
        "<b>roof</b>": "<script>alert(1)</script> A roof & its tiles.",
    }
    return {name: make_published(leeds, text=text).reference for name, text in texts.items()}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("damp", ["damp"]),
        ("DAMP", ["damp"]),
        ("assessment", ["damp", "school"]),
        ("assessing late", ["damp", "school"]),
        ("assessment school", ["school"]),
        ("assessment -school", ["damp"]),
        ('"black mould"', ["damp"]),
        ('"mould black"', []),
        ("mould or roof", ["damp", "<b>roof</b>"]),
        ("Leeds damp", ["damp"]),
        ("the damp of", ["damp"]),
        ("black’s mould", ["damp"]),
        ("nothing like it", []),
    ],
)
def test_search_finds_words_alike_on_both_databases(
    client: Client, searched: dict[str, str], typed: str, names: list[str]
) -> None:
    response = client.get("/decisions/", {"q": typed})
    found = {line.reference for line in response.context["lines"]}
    assert found == {searched[name] for name in names}
    assert response.context["page"].paginator.count == len(names)


def test_search_shows_the_words_found_in_their_passage_as_text(
    client: Client, searched: dict[str, str]
) -> None:
    page = read(client, "/decisions/?q=assessment")
    assert sorted(page.texts("mark")) == ["assessment", "assessments"]
    content = client.get("/decisions/?q=roof").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; A <mark>roof</mark> &amp; its tiles." in content
    assert "<script" not in content


def test_search_shows_the_improvement_in_which_the_words_stand(
    client: Client, leeds: Authority
) -> None:
    make_published(leeds, improvements=["Review the <i>policy</i>.", "Train staff on lettings."])
    content = client.get("/decisions/?q=letting").content.decode()
    assert "Train staff on <mark>lettings</mark>." in content
    content = client.get("/decisions/?q=policies").content.decode()
    assert "Review the &lt;i&gt;<mark>policy</mark>&lt;/i&gt;." in content


@pytest.mark.parametrize("form", ["{} {} {}", "{}{}{}", "{}-{}-{}", " {}–{} {} "])
def test_search_finds_a_reference_in_any_form(client: Client, leeds: Authority, form: str) -> None:
    copy = make_published(leeds)
    make_published(leeds)
    response = client.get("/decisions/", {"q": form.format(*copy.reference.split())})
    assert [line.reference for line in response.context["lines"]] == [copy.reference]


LISTS = ["/decisions/", "/improvements/", "/reports/", "/decisions/feed/"]
HOSTILE = [
    "'", '"', '""', "'; DROP TABLE x; --", "a\x00b", "\x00", "NEAR(a b)", "a AND", "OR", "NOT a",
    "text:damp", "{text}: damp", "damp*", "^damp", "(((", "-", "--", '-"', "%", "_", "\\",
    "a" * 10_000, "damp " * 2_000, '"' * 9_999, "é 日本 😀", "\u202e\ud7ff", "<b>&",
    "a:b & c | !d", ":*", "\ue000a\ue001",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(
    "address", ["/decisions/", "/improvements/", "/reports/", "/decisions/feed/"]
)
def test_search_takes_whatever_is_typed(
    client: Client, searched: dict[str, str], address: str, typed: str
) -> None:
    response = client.get(address, {"q": typed})
    assert response.status_code == 200
    if "feed" in address:
        read_feed(response.content)
    elif parse(typed).is_meaningless:
        assert "that can be looked for, so it was left out." in response.content.decode()
    elif len(typed) > 9_000:
        assert "only its first 200 characters were looked for" in response.content.decode()


def test_words_found_follow_what_a_copy_says(client: Client, leeds: Authority) -> None:
    copy = make_published(leeds)
    PublishedDecision.objects.filter(pk=copy.pk).update(authority_name="Wibble Council")
    assert listed(client, "?q=wibble") == [copy.reference]
    assert listed(client, "?q=leeds") == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in ("decision", "improvement"):
                words = f"reviews_published{table}_words"
                cursor.execute(f"INSERT INTO {words} ({words}, rank) VALUES ('integrity-check', 1)")


# Filters ------------------------------------------------------------------------------------------


@pytest.fixture
def many(leeds: Authority) -> list[dict[str, str]]:
    """Decisions that differ in everything there is to filter by: their values."""
    york = make_authority("York Council", slug="york")
    kinds = ("training_or_guidance", "procedure_or_policy")
    rows = [
        (leeds, "upheld", Category.HOUSING, "2019-03-31", kinds),
        (leeds, "upheld", Category.HOUSING, "2019-04-01", kinds[:1]),
        (leeds, "not_upheld", Category.HOUSING, "2020-03-31", ()),
        (leeds, "upheld", Category.BENEFITS_AND_TAX, "2020-04-01", kinds[1:]),
        (york, "upheld", Category.HOUSING, "2019-10-01", ()),
        (york, "closed_after_initial_enquiries", Category.BENEFITS_AND_TAX, "2019-10-01", ()),
    ]
    made = []
    for authority, outcome, category, decided_on, remedies in rows:
        decision = make_stated(
            authority, outcome=outcome, category=category, decided_on=day(decided_on),
            improvements=[{"category": kind, "text": f"For {kind}."} for kind in remedies],
        )  # fmt: skip
        made.append({
            "reference": decision.complaint.reference, "council": authority.slug,
            "outcome": outcome, "category": category.value, "remedy": " ".join(remedies),
            "year": str(day(decided_on).year + (day(decided_on).month > 3)),
        })  # fmt: skip
    publish()
    return made


def fits(row: dict[str, str], chosen: dict[str, list[str]], *, but: str = "") -> bool:
    return all(
        any(value in row[name].split() for value in values)
        for name, values in chosen.items()
        if values and name != but
    )


CHOICES: list[dict[str, list[str]]] = [
    {},
    {"outcome": ["upheld"]},
    {"outcome": ["upheld", "not_upheld"], "council": ["leeds"]},
    {"year": ["2020", "2019"]},
    {"year": ["2020"], "category": ["housing"], "outcome": ["upheld"]},
    {"remedy": ["training_or_guidance", "procedure_or_policy"]},
    {"remedy": ["procedure_or_policy"], "council": ["leeds", "york"], "year": ["2021"]},
    {"council": ["york"], "remedy": ["training_or_guidance"]},
]


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
def test_filters_and_the_counts_beside_them_agree_with_counting_by_hand(
    client: Client, many: list[dict[str, str]], chosen: dict[str, list[str]]
) -> None:
    response = client.get("/decisions/", chosen)
    wanted = {row["reference"] for row in many if fits(row, chosen)}
    assert {line.reference for line in response.context["lines"]} == wanted
    found = options(Page(response.content))
    for (name, value), count in found.items():
        left = [row for row in many if fits(row, chosen, but=name)]
        assert count == sum(value in row[name].split() for row in left), (name, value)
    # Every value that would show something is offered, and personal remedies never are.
    for row, name in itertools.product(many, ("council", "outcome", "category", "year")):
        if fits(row, chosen, but=name):
            assert (name, row[name]) in found
    assert {value for name, value in found if name == "remedy"} == {
        "procedure_or_policy", "training_or_guidance", "review_other_cases",
        "other_service_improvement",
    }  # fmt: skip


def test_filters_count_among_what_is_searched_for(
    client: Client, many: list[dict[str, str]]
) -> None:
    found = options(read(client, "/decisions/?q=policy&outcome=not_upheld"))
    assert found["outcome", "upheld"] == 2
    assert found["category", "housing"] == 0


def test_chosen_filters_are_links_without_them(client: Client, many: list[dict[str, str]]) -> None:
    page = read(client, "/decisions/?year=2020&q=fault&outcome=upheld&outcome=not_upheld")
    links = {e.text: e.attributes["href"] for e in page.all("a") if e.text.startswith("Remove")}
    assert links == {
        "Remove “fault” ×": "/decisions/?outcome=upheld&outcome=not_upheld&year=2020",
        "Remove Upheld ×": "/decisions/?q=fault&outcome=not_upheld&year=2020",
        "Remove Not upheld ×": "/decisions/?q=fault&outcome=upheld&year=2020",
        "Remove Year ending March 2020 ×": "/decisions/?q=fault&outcome=upheld&outcome=not_upheld",
        "Remove all": "/decisions/",
    }
    boxes = [e.attributes for e in page.all("input") if "checked" in e.attributes]
    assert [box["value"] for box in boxes] == ["upheld", "not_upheld", "2020"]
    assert not [a for a in read(client, "/decisions/").links if a.startswith("/decisions/?page")]


def test_values_that_are_not_known_are_told_and_left_out(
    client: Client, many: list[dict[str, str]]
) -> None:
    page = read(client, "/decisions/?council=atlantis&year=1999&remedy=apology&outcome=upheld&z=1")
    (told,) = page.classed("alert")
    assert told.text == (
        "Not known here, so left out: remedy: improvement of services “apology”, "
        "year of the decision “1999”, council “atlantis”."
    )
    assert page.texts("h2")[1] == "4 decisions"
    (told,) = read(client, f"/decisions/?council={'<b>' * 30}").classed("alert")
    assert (
        told.text
        == "Not known here, so left out: council “<b><b><b><b><b><b><b><b><b><b><b><b><b><…”."
    )


# Pages of the list --------------------------------------------------------------------------------


@pytest.fixture
def twenty_seven(leeds: Authority) -> list[str]:
    """References, the newest decision first."""
    made = [
        make_stated(leeds, decided_on=day("2019-05-01") + dt.timedelta(days=number // 2))
        for number in range(27)
    ]
    publish()
    made.sort(key=lambda decision: (-decision.decided_on.toordinal(), decision.complaint.reference))
    return [decision.complaint.reference for decision in made]


def test_pages_show_every_decision_once(client: Client, twenty_seven: list[str]) -> None:
    first, second = (listed(client, query) for query in ("", "?page=2"))
    assert (first + second, len(first)) == (twenty_seven, 25)
    page = read(client, "/decisions/?page=2&outcome=upheld")
    assert "26 to 27 on this page" in page.text
    assert "?outcome=upheld" in page.links
    assert "?outcome=upheld&page=2" in read(client, "/decisions/?outcome=upheld").links
    for number in ("3", "0", "x", "-1", "9" * 99):
        assert listed(client, f"?page={number}") in (first, second)


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_a_fixed_number_of_queries(
    client: Client, leeds: Authority, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        make_published(leeds, improvements=["Train staff."])
    # Councils, a count and the rows, five filters, the notice of a demonstration.
    with django_assert_num_queries(9):
        client.get("/decisions/?outcome=upheld&remedy=training_or_guidance&council=leeds")
    # The words, two passages, and the improvements that one may come from.
    with django_assert_num_queries(13):
        client.get("/decisions/?q=fault")


# A decision ---------------------------------------------------------------------------------------


def test_decision_says_what_its_copy_says(client: Client, leeds: Authority) -> None:
    copy = make_published(
        leeds,
        text="The complaint\nMr X & Miss Y <b>complained</b>.\n\n1. One.\n2. Two.",
        subcategory="Lettings",
        improvements=[
            "Train staff.", {"text": "Check <i>others</i>.", "completed_on": day("2019-12-30")},
        ],
        report={"title": "Homes", "issued_on": day("2019-11-01"), "answered_on": day("2020-01-02")},
    )  # fmt: skip
    page = read(client, f"/decisions/{copy.reference.replace(' ', '-')}/")
    assert page.texts("h1") == [f"Leeds City Council ({copy.reference})"]
    assert dict(zip(page.texts("dt"), page.texts("dd"), strict=True)) == {
        "Outcome": "Upheld",
        "Category": "Housing For tests: Lettings",
        "Decided": "1 October 2019",
        "Published": "28 July 2020" if copy.published_on == day("2020-07-28") else "29 July 2020",
        "Authority": "Leeds City Council",
    }
    assert "Upheld means: The Ombudsman found fault, or the authority had accepted" in page.text
    assert page.texts("h3") == ["The complaint"]
    paragraphs = page.texts("p")
    assert "Mr X & Miss Y <b>complained</b>." in paragraphs
    assert "1. One.2. Two." in paragraphs  # two lines
    assert [e.text for e in page.classed("said")] == ["Train staff.", "Check <i>others</i>."]
    assert [e.text for e in page.elements if "status-" in (e.attributes.get("class") or "")] == [
        "Due", "Carried out on time",
    ]  # fmt: skip
    assert "Issued 1 November 2019. The authority answered on 2 January 2020." in page.text
    assert "Public to 28 July 2025" in page.text
    assert {"/councils/leeds/", "/decisions/?council=leeds"} <= set(page.links)


def test_decision_without_report_and_improvements_has_no_such_headings(
    client: Client, leeds: Authority
) -> None:
    copy = make_published(leeds, outcome=Outcome.NOT_UPHELD)
    page = read(client, f"/decisions/{copy.reference.replace(' ', '-')}/")
    assert page.texts("h2") == ["Statement"]


@pytest.mark.parametrize("number", [1, 3])
def test_decision_asks_a_fixed_number_of_queries(
    client: Client, leeds: Authority, number: int, django_assert_num_queries: Any
) -> None:
    copy = make_published(
        leeds, improvements=[f"Train {each}." for each in range(number)],
        compliance="satisfied", compliance_recorded_on=day("2020-01-01"),
    )  # fmt: skip
    with django_assert_num_queries(4):
        client.get(f"/decisions/{copy.reference.replace(' ', '-')}/")


def test_public_pages_of_cases_read_no_casework_but_the_authorities(
    client: Client, leeds: Authority
) -> None:
    copy = make_published(
        leeds, improvements=["Train staff."], report={"title": "T", "issued_on": day("2019-11-01")}
    )
    reference = copy.reference.replace(" ", "-")
    for address in (
        "/decisions/", "/decisions/?q=fault&remedy=training_or_guidance&council=leeds&year=2020",
        f"/decisions/{reference}/", "/decisions/feed/", "/improvements/?q=train&again=yes",
        "/improvements/?status=due&council=leeds&year=2020&category=housing", "/reports/?year=2020",
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        sql = " ".join(query["sql"] for query in queries)
        assert set(re.findall(r"casework_\w+", sql)) <= {"casework_authority"}, address
        assert response.cookies == {}
        assert response.headers["Cache-Control"] == "public, no-cache"


# The feed -----------------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/decisions/feed/{query}")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = read_feed(response.content)
    return [
        {"id": entry.findtext(f"{ATOM}id") or "", "title": entry.findtext(f"{ATOM}title") or "",
         "summary": entry.findtext(f"{ATOM}summary") or "",
         "updated": entry.findtext(f"{ATOM}updated") or "",
         "link": entry.find(f"{ATOM}link").get("href") or ""}  # type: ignore[union-attr]
        for entry in feed.findall(f"{ATOM}entry")
    ]  # fmt: skip


def test_feed_has_what_was_published_last_and_no_word_of_a_statement(
    client: Client, clock: time_machine.Traveller
) -> None:
    lynn = make_authority("King's Lynn & West <Norfolk>", slug="lynn")
    assert entries(client) == []
    copy = make_published(lynn, text="Quillon zzyzx.", subcategory="A &\x01 B")
    address = f"/decisions/{copy.reference.replace(' ', '-')}/"
    assert entries(client) == [{
        "id": f"https://reviews.example.org{address}",
        "title": f"King's Lynn & West <Norfolk> ({copy.reference}): Upheld",
        "summary": "Upheld. Housing, A &amp; B.",
        "updated": f"{copy.published_on}T00:00:00+01:00",
        "link": f"https://reviews.example.org{address}",
    }]  # fmt: skip
    assert "zzyzx" not in client.get("/decisions/feed/").content.decode()
    clock.shift(dt.timedelta(days=2))
    newer = make_published(lynn, decided_on=day("2019-05-01"))
    assert [entry["link"] for entry in entries(client)] == [
        f"https://reviews.example.org{each.get_absolute_url()}" for each in (newer, copy)
    ]


def test_feed_has_the_filters_of_the_list(client: Client, many: list[dict[str, str]]) -> None:
    query = "?council=leeds&outcome=upheld&year=2020"
    assert (
        f"/decisions/feed/{query.replace('council=leeds&', '')}&council=leeds"
        in read(client, f"/decisions/{query}").links
    )
    (entry,) = entries(client, query)
    assert many[1]["reference"] in entry["title"]
    assert len(entries(client, "?q=policy")) == 2


def test_feed_tells_on_the_next_request_that_a_decision_is_off(
    client: Client, leeds: Authority
) -> None:
    copy = make_published(leeds)
    first = client.get("/decisions/feed/")
    assert "Last-Modified" not in first.headers
    tag = first.headers["ETag"]
    assert client.get("/decisions/feed/", headers={"if-none-match": tag}).status_code == 304
    reopen(copy)
    since = {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    for headers in ({"if-none-match": tag}, since):
        response = client.get("/decisions/feed/", headers=headers)
        assert response.status_code == 200
        assert copy.reference not in response.content.decode()


def test_feed_asks_a_fixed_number_of_queries(
    client: Client, leeds: Authority, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        make_published(leeds)
        with django_assert_num_queries(2):
            client.get("/decisions/feed/?outcome=upheld")


# One council --------------------------------------------------------------------------------------


def test_cases_of_a_council_are_read_in_two_queries(
    leeds: Authority, django_assert_num_queries: Any
) -> None:
    york = make_authority("York Council")
    make_published(
        york, improvements=["Train."], report={"title": "Y", "issued_on": day("2019-11-01")}
    )
    nothing = cases_of(leeds, at=timezone.now())
    assert (nothing.decision_count, nothing.improvement_count, nothing.reports) == (0, 0, [])
    assert nothing.progress == []
    first = make_published(
        leeds, improvements=["One.", {"text": "Two.", "completed_on": day("2019-11-01")}],
        compliance="satisfied", compliance_recorded_on=day("2019-12-01"),
        decided_on=day("2019-05-01"), report={"title": "R", "issued_on": day("2019-06-01")},
    )  # fmt: skip
    later = make_published(leeds, improvements=["Three."], decided_on=day("2020-02-15"))
    with django_assert_num_queries(2):
        found = cases_of(leeds, at=timezone.now(), limit=2)
    assert [line.reference for line in found.decisions] == [later.reference, first.reference]
    assert (found.decision_count, found.improvement_count, found.report_count) == (2, 3, 1)
    assert [each.text for each in found.improvements] == ["Three.", "One."]
    assert found.progress == [("Due", 1), ("Carried out on time", 1), ("Carried out late", 1)]
    assert found.found_again_count == 2
    assert found.improvements[1].again is not None
    assert found.improvements[1].again.months == 2
    assert [report.title for report in found.reports] == ["R"]
