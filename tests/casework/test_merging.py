import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.actions.merging import (
    LOOK_AGAIN,
    AuthorityMerge,
    CategoryMerge,
    Merge,
    MergePlan,
    ReasonMerge,
    SubcategoryMerge,
    merge,
)
from casework.models import (
    Authority,
    Change,
    Complaint,
    Decision,
    DecisionReason,
    PublicCategory,
    PublicSubcategory,
)
from casework.refusals import Refused
from reviews.figures.periods import Period
from reviews.models import KeptPage, PublicChange
from reviews.statistics import rows
from tests.casework.files import CASEWORK, POPULATIONS, refused, table, take_in, write
from tests.casework.staff import make_staff
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_issued_round,
    make_recommendation,
    make_signatory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Authority:
    return make_authority("Kept Council", slug="kept", gss_code="E07000001", code="KEP")


@pytest.fixture
def duplicate() -> Authority:
    return make_authority(
        "Double Council", slug="double", gss_code="E07000002", code="DBL", population=0
    )


def merged(merging: Merge[Any], **values: Any) -> MergePlan:
    by = values.pop("by", None) or make_staff("manager", "casework.merge_authority")
    values = {"reason": "Entered twice", "mark": merging.plan().mark} | values
    return merge(merging, by=by, **values)


def refusals(merging: Merge[Any], **values: Any) -> list[str]:
    of_cases = Change.objects.exclude(record__startswith="auth.")
    before = of_cases.count()
    with pytest.raises(Refused) as caught:
        merged(merging, **values)
    assert of_cases.count() == before
    return caught.value.problems


# Authorities --------------------------------------------------------------------------------------


def test_authority_merge_moves_live_casework_and_what_belongs_to_it(
    keeper: Authority, duplicate: Authority
) -> None:
    decision = make_decision(duplicate)
    make_complaint(duplicate)
    other = make_decision(make_authority(), duty_authority=duplicate)
    contact = make_chief_executive(duplicate)
    duplicate.populations.create(year=2021, residents=5, source="Estimate")
    duplicate.former_codes.create(gss_code="E07000009")
    duplicate.earlier_names.create(name="First Council", ends_on=dt.date(2010, 3, 31))
    before, after = make_authority(ends_on=dt.date(2000, 1, 1)), make_authority()
    duplicate.successors.add(after)
    duplicate.predecessors.add(before)
    once = make_authority("Merged before", merged_into=duplicate, population=0)
    district = make_authority(county=duplicate)

    merging = AuthorityMerge(duplicate=duplicate, keeper=keeper)
    plan = merging.plan()
    assert plan == MergePlan(
        moves=(
            ("complaints, with their decisions", 2),
            ("decisions it has to comply with for another", 1),
            ("officers", 1),
            ("populations", 1),
            ("former codes", 1),
            ("earlier names", 1),
            ("successors", 1),
            ("predecessors", 1),
            ("districts of the county", 1),
            ("authorities merged into it before", 1),
        ),  # type: ignore[arg-type]
        stays=(),
        skipped=(),
        refusals=(),
    )
    manager = make_staff("manager", "casework.merge_authority")
    changes = Change.objects.count()
    assert merged(merging, by=manager) == plan
    duplicate.refresh_from_db()
    for row in (decision, other, contact, once, district):
        row.refresh_from_db()
    assert (duplicate.merged_into, once.merged_into, district.county) == (keeper,) * 3
    assert (decision.authority, decision.complaint.authority, contact.authority) == (keeper,) * 3
    assert other.duty_authority == keeper
    assert list(keeper.populations.values_list("year", flat=True)) == [2021, 2019]
    assert keeper.former_codes.get().gss_code == "E07000009"
    assert keeper.earlier_names.get().name == "First Council"
    assert (list(keeper.successors.all()), list(keeper.predecessors.all())) == ([after], [before])
    assert not duplicate.successors.exists()
    assert not duplicate.predecessors.exists()
    made = list(Change.objects.order_by("pk")[changes:])
    assert len({change.batch_id for change in made}) == 1
    batch = made[0].batch
    assert batch is not None
    assert (batch.what, batch.reason, batch.begun_by) == (
        "Merged: authority", "Entered twice", manager,
    )  # fmt: skip
    of_case = [c.record for c in made if c.case_id == decision.complaint_id]
    assert sorted(of_case) == ["casework.complaint", "casework.decision"]


def test_authority_merge_leaves_what_the_keeper_has_too(
    keeper: Authority, duplicate: Authority
) -> None:
    make_chief_executive(keeper, surname="Kept", ends_on=dt.date(2015, 3, 31))
    make_chief_executive(duplicate, surname="Same", ends_on=dt.date(2015, 3, 31))
    later = make_chief_executive(duplicate, surname="Later", starts_on=dt.date(2015, 4, 1))
    link = make_chief_executive(duplicate, surname="Link", role="link_officer")
    duplicate.populations.create(year=2019, residents=99_000, source="Estimate")
    for authority in (keeper, duplicate):
        authority.earlier_names.create(name="First Council", ends_on=dt.date(2010, 3, 31))
    merging = AuthorityMerge(duplicate=duplicate, keeper=keeper)
    plan = merged(merging)
    assert plan.skipped == (
        "Ms Same, chief executive, stays: Ms Kept of Kept Council holds the role on some of the "
        "same days.",
        "The population of 2019, 99,000, stays: Kept Council has one of 100,000.",
        "The earlier name First Council, until 31 March 2010, stays: Kept Council has one until "
        "the same day.",
    )
    assert set(keeper.contacts.values_list("pk", flat=True)) >= {later.pk, link.pk}
    assert duplicate.contacts.get().surname == "Same"
    assert keeper.populations.get().residents == 100_000


def test_authority_merge_that_cannot_be_is_refused(keeper: Authority, duplicate: Authority) -> None:
    def said() -> list[str]:
        return list(AuthorityMerge(duplicate=duplicate, keeper=keeper).plan().refusals)

    def change(authority: Authority, **values: Any) -> None:
        Authority.objects.filter(pk=authority.pk).update(**values)
        authority.refresh_from_db()

    assert said() == []
    change(keeper, authority_type="unitary")
    assert said() == [
        "They are of different types, district council and unitary council: a council that became "
        "another kind is rightly two records."
    ]
    change(keeper, authority_type="district")
    keeper.successors.add(duplicate)
    assert said() == ["Double Council followed Kept Council: they are rightly two records."]
    keeper.successors.clear()
    duplicate.successors.add(keeper)
    assert said() == ["Kept Council followed Double Council: they are rightly two records."]
    duplicate.successors.clear()

    received = dt.date(2019, 5, 1)
    make_complaint(duplicate, received_on=received)
    change(keeper, starts_on=received)
    assert said() == []
    change(keeper, starts_on=received + dt.timedelta(days=1))
    assert said() == [
        "1 complaint was received when Kept Council was not in force, which is only from 2 May "
        "2019: correct its days or theirs first."
    ]
    change(keeper, starts_on=None, ends_on=received)
    assert said() == []
    make_complaint(duplicate, received_on=received + dt.timedelta(days=1))
    make_complaint(duplicate, received_on=received + dt.timedelta(days=2))
    assert said() == [
        "2 complaints were received when Kept Council was not in force, which is only until 1 May "
        "2019: correct its days or theirs first."
    ]
    merging = AuthorityMerge(duplicate=duplicate, keeper=keeper)
    assert refusals(merging) == said()


def test_authority_merged_once_is_not_merged_again(keeper: Authority, duplicate: Authority) -> None:
    manager = make_staff("manager", "casework.merge_authority")
    merged(AuthorityMerge(duplicate=duplicate, keeper=keeper), by=manager)
    third = make_authority("Third Council")
    assert refusals(AuthorityMerge(duplicate=duplicate, keeper=third), by=manager) == [
        "Double Council was merged already, into Kept Council."
    ]
    assert refusals(AuthorityMerge(duplicate=third, keeper=duplicate), by=manager) == [
        "Double Council was merged already, into Kept Council."
    ]
    itself = AuthorityMerge(duplicate=third, keeper=third)
    assert refusals(itself, by=manager) == [
        "A record cannot be merged into itself: choose another."
    ]


def test_merge_needs_a_manager_a_reason_and_the_plan_that_was_seen(
    keeper: Authority, duplicate: Authority
) -> None:
    merging = AuthorityMerge(duplicate=duplicate, keeper=keeper)
    worker = make_staff("worker", "casework.change_authority")
    assert refusals(merging, by=worker) == ["Only a casework manager merges records: ask one."]
    manager = make_staff("manager", "casework.merge_authority")
    assert refusals(merging, by=manager, reason=" ") == [
        "Give the reason for which they are merged."
    ]
    mark = merging.plan().mark
    make_complaint(duplicate)
    assert refusals(merging, by=manager, mark=mark) == [LOOK_AGAIN]
    merged(merging, by=manager)
    assert Complaint.objects.get().authority == keeper


def test_merged_authority_gets_no_cases(keeper: Authority, duplicate: Authority) -> None:
    complaint = make_complaint(keeper)
    own = make_complaint(duplicate)
    with pytest.raises(DatabaseError, match="still has complaints"), transaction.atomic():
        Authority.objects.filter(pk=duplicate.pk).update(merged_into=keeper)
    merged(AuthorityMerge(duplicate=duplicate, keeper=keeper))
    for write_one in (
        lambda: make_complaint(duplicate),
        lambda: Complaint.objects.filter(pk=complaint.pk).update(authority=duplicate),
    ):
        with pytest.raises(DatabaseError, match="was merged into another"), transaction.atomic():
            write_one()
    own.refresh_from_db()
    assert own.authority == keeper
    merged_row, kept = Authority.objects.get(slug="double"), Authority.objects.get(slug="kept")
    assert list(Authority.objects.usable()) == [kept]
    assert list(Authority.objects.in_force_on(dt.date(2019, 5, 1))) == [kept]
    assert [row.authority for row in rows(Period(2020))] == [kept]
    assert merged_row.merged_into == kept


def frozen() -> dict[str, list[Any]]:
    """Every row of reviews, but for pages kept ready and what says whether they stand."""
    models = apps.get_app_config("reviews").get_models()
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in models
        if model not in (KeptPage, PublicChange)
    }


PUBLIC = (
    "/", "/councils/", "/councils/double/", "/councils/double/2020/",
    "/councils/double/2020/letter/", "/councils/double/2020/letter.pdf",
    "/councils/double/2020/letter/1/", "/councils/double/2020/letter-1.pdf",
    "/councils/kept/", "/councils/kept/2020/", "/councils/kept/2020/letter.pdf",
    "/councils/?q=double", "/data/", "/data/2020/manifest.csv", "/data/2020/statistics.csv",
    "/data/2020/statistics.json", "/data/2020/averages.csv", "/methods/", "/sources/",
)  # fmt: skip


def public_pages() -> dict[str, bytes]:
    pages = {}
    for address in PUBLIC:
        answer = Client().get(address)
        assert answer.status_code == 200, address
        pages[address] = b"".join(answer) if answer.streaming else answer.content
    return pages


def test_authority_merge_leaves_frozen_rows_letters_and_public_pages(
    keeper: Authority, duplicate: Authority
) -> None:
    duplicate.populations.create(year=2019, residents=99_000, source="Estimate")
    for authority in (keeper, duplicate):
        make_chief_executive(authority)
        make_recommendation(make_decision(authority))
        make_decision(authority, "not_upheld")
        make_complaint(authority)
    make_signatory()
    at = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
    with time_machine.travel(at, tick=False):
        make_issued_round()
        before, pages = frozen(), public_pages()
        assert pages["/councils/double/2020/letter.pdf"].startswith(b"%PDF")
        merging = AuthorityMerge(duplicate=duplicate, keeper=keeper)
        plan = merging.plan()
        assert plan.moves == (
            ("complaints, with their decisions", 3),
            ("of these counted in a frozen year", 3),
        )
        assert plan.stays == (("annual summaries", 1),)
        merged(merging)
        assert Decision.objects.filter(authority=keeper).count() == 4
        assert frozen() == before
        assert public_pages() == pages


def test_files_that_name_a_merged_authority_mean_its_keeper(
    keeper: Authority, duplicate: Authority, tmp_path: Path
) -> None:
    duplicate.former_codes.create(gss_code="E07000009")
    merged(AuthorityMerge(duplicate=duplicate, keeper=keeper))
    cases = [
        f"19 000 00{number},{name},housing,,2019-05-01,,,,,"
        for number, name in enumerate(("double", "E07000002", "E07000009", "kept"))
    ]
    take_in("import_casework", write(tmp_path, table(CASEWORK, *cases)))
    assert set(Complaint.objects.values_list("authority", flat=True)) == {keeper.pk}
    assert Complaint.objects.count() == 4
    take_in("import_populations", write(tmp_path, table(POPULATIONS, "E07000002,2022,7,Estimate")))
    assert keeper.populations.get(year=2022).residents == 7


def test_authorities_file_does_not_revive_a_merged_one(
    keeper: Authority, duplicate: Authority, tmp_path: Path
) -> None:
    merged(AuthorityMerge(duplicate=duplicate, keeper=keeper))
    header = Path(__file__).parents[2] / "casework" / "data" / "authorities.csv"
    columns = header.read_text(encoding="utf-8").splitlines()[0].split(",")

    def row(**values: str) -> str:
        values = {"authority_type": "district"} | values
        return ",".join(values.get(column, "") for column in columns)

    path = write(
        tmp_path,
        table(
            ",".join(columns),
            row(slug="double", code="DBL", official_name="Double Council"),
            row(slug="other", code="OTH", official_name="Other", successor_codes="DBL"),
        ),
    )
    assert refused("import_authorities", path) == [
        "row 2, column slug: double was merged into kept; take the row out",
        "row 3, column successor_codes: DBL was merged into Kept Council; write KEP",
    ]


# Categories and reasons ---------------------------------------------------------------------------


def make_category(slug: str, category: str = "housing") -> PublicCategory:
    return PublicCategory.objects.create(slug=slug, name=slug.title(), category=category)


def make_subcategory(category: PublicCategory, slug: str) -> PublicSubcategory:
    return PublicSubcategory.objects.create(public_category=category, slug=slug, name=slug.title())


def test_category_merge_moves_subcategories_and_joins_those_with_the_same_slug() -> None:
    duplicate, keeper = make_category("homes"), make_category("houses")
    only, double = make_subcategory(duplicate, "only"), make_subcategory(duplicate, "repairs")
    kept = make_subcategory(keeper, "repairs")
    authority = make_authority()
    for subcategory in (only, double, kept):
        make_complaint(authority, public_subcategory=subcategory)
    plan = merged(CategoryMerge(duplicate=duplicate, keeper=keeper))
    assert plan.moves == (
        ("subcategories", 1),
        ("subcategories that the other has too, so made one with it", 1),
        ("complaints in its subcategories", 2),
    )
    assert not PublicCategory.objects.filter(slug="homes").exists()
    assert not PublicSubcategory.objects.filter(pk=double.pk).exists()
    only.refresh_from_db()
    assert only.public_category == keeper
    found = Complaint.objects.order_by("pk").values_list("public_subcategory", flat=True)
    assert list(found) == [only.pk, kept.pk, kept.pk]
    removed = Change.objects.filter(action="-").values_list("record", flat=True)
    assert sorted(removed) == ["casework.publiccategory", "casework.publicsubcategory"]


def test_category_merge_does_not_change_what_cases_are_counted_as() -> None:
    duplicate, keeper = make_category("homes"), make_category("schools", "other")
    text = (
        "Homes is counted as Housing and Schools as Other: merged, cases would stand under "
        "another category than they are counted in."
    )
    merging = CategoryMerge(duplicate=duplicate, keeper=keeper)
    assert refusals(merging) == [text]
    lower = SubcategoryMerge(
        duplicate=make_subcategory(duplicate, "a"), keeper=make_subcategory(keeper, "b")
    )
    assert lower.plan().refusals == (text,)


def test_subcategory_merge_moves_complaints_of_frozen_years_with_the_reason() -> None:
    category = make_category("homes")
    duplicate, keeper = make_subcategory(category, "a"), make_subcategory(category, "b")
    complaint = make_complaint(make_authority(), public_subcategory=duplicate)
    make_signatory()
    with time_machine.travel(dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC), tick=False):
        make_issued_round()
        plan = merged(SubcategoryMerge(duplicate=duplicate, keeper=keeper))
    assert plan.moves == (("complaints", 1), ("of these counted in a frozen year", 1))
    complaint.refresh_from_db()
    assert complaint.public_subcategory == keeper
    change = Change.objects.filter(record="casework.complaint").latest("pk")
    assert change.batch is not None
    assert change.batch.reason == "Entered twice"


def make_reason(code: str, **values: Any) -> DecisionReason:
    return DecisionReason.objects.create(
        **({"code": code, "name": code.title(), "outcome": "upheld"} | values)
    )


def test_reason_merge_moves_decisions() -> None:
    duplicate, keeper = make_reason("double"), make_reason("kept")
    decision = make_decision(make_authority(), reason=duplicate)
    assert merged(ReasonMerge(duplicate=duplicate, keeper=keeper)).moves == (("decisions", 1),)
    decision.refresh_from_db()
    assert decision.reason == keeper
    assert not DecisionReason.objects.filter(code="double").exists()


def test_reason_merge_fits_outcome_and_days() -> None:
    duplicate, keeper = make_reason("double"), make_reason("kept", outcome="not_upheld")
    merging = ReasonMerge(duplicate=duplicate, keeper=keeper)
    assert merging.plan().refusals == ("They belong to different outcomes: Upheld and Not upheld.",)
    keeper = make_reason("new", starts_on=dt.date(2019, 10, 2))
    make_decision(make_authority(), reason=duplicate, decided_on=dt.date(2019, 10, 1))
    merging = ReasonMerge(duplicate=duplicate, keeper=keeper)
    assert refusals(merging) == [
        "1 decision is of days on which “New” was not used: correct its days first."
    ]
    DecisionReason.objects.filter(pk=keeper.pk).update(starts_on=dt.date(2019, 10, 1))
    keeper.refresh_from_db()
    assert merging.plan().refusals == ()


# Pages --------------------------------------------------------------------------------------------


def client_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_staff("staff", *(f"casework.{each}" for each in permissions)))
    return client


def page_of(record: Any) -> str:
    return reverse(f"admin:casework_{record._meta.model_name}_merge", args=[record.pk])


def test_merge_page_chooses_previews_and_merges(
    keeper: Authority, duplicate: Authority, django_assert_num_queries: Any
) -> None:
    complaint = make_complaint(duplicate)
    duplicate.populations.create(year=2019, residents=99_000, source="<b>Estimate</b>")
    gone = make_authority("Gone Council", merged_into=keeper, population=0)
    client = client_of("merge_authority", "view_authority")
    change = reverse("admin:casework_authority_change", args=[duplicate.pk])
    assert page_of(duplicate) in client.get(change).content.decode()

    page = client.get(page_of(duplicate))
    offered = page.context["choice"].fields["keeper"].queryset
    assert list(offered) == [keeper]
    assert "Kept Council (kept)" in page.content.decode()
    with django_assert_num_queries(35):
        page = client.get(page_of(duplicate), {"keeper": keeper.pk})
    content = " ".join(page.content.decode().split())
    assert '<th scope="row">Complaints, with their decisions</th> <td>1</td>' in content
    assert "The population of 2019, 99,000, stays: Kept Council has one of 100,000." in content
    assert "Double Council can then not be chosen any more" in content
    for _ in range(2):
        make_complaint(duplicate)
    with django_assert_num_queries(35):
        page = client.get(page_of(duplicate), {"keeper": keeper.pk})

    data = {"keeper": keeper.pk, "mark": page.context["plan"].mark, "reason": ""}
    refused_page = client.post(page_of(duplicate), data)
    assert refused_page.context["form"].errors == {"reason": ["This field is required."]}
    make_complaint(duplicate)
    refused_page = client.post(page_of(duplicate), data | {"reason": "Twice <i>"})
    assert refused_page.context["form"].non_field_errors() == [LOOK_AGAIN]
    assert "Twice &lt;i&gt;" in refused_page.content.decode()
    data["mark"] = refused_page.context["plan"].mark
    answer = client.post(page_of(duplicate), data | {"reason": "Twice"})
    assert (answer.status_code, answer.url) == (  # type: ignore[attr-defined]
        302, reverse("admin:casework_authority_change", args=[keeper.pk]),
    )  # fmt: skip
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Double Council was merged into Kept Council."
    ]
    complaint.refresh_from_db()
    assert complaint.authority == keeper
    page = client.get(change)
    assert page_of(duplicate) not in page.content.decode()
    assert f'<a href="/admin/casework/authority/{keeper.pk}/change/">Kept Council</a>' in (
        page.content.decode()
    )
    assert gone.pk not in [authority.pk for authority in offered.all()]


def test_merge_page_shows_refusals_and_lets_choose_again(
    keeper: Authority, duplicate: Authority
) -> None:
    Authority.objects.filter(pk=keeper.pk).update(authority_type="unitary")
    client = client_of("merge_authority", "view_authority")
    page = client.get(page_of(duplicate), {"keeper": keeper.pk})
    content = page.content.decode()
    assert "a council that became another kind is rightly two records." in content
    assert 'value="Merge"' not in content
    assert "Look at what would move" in content
    page = client.get(page_of(duplicate), {"keeper": duplicate.pk})
    assert "keeper" in page.context["choice"].errors


@pytest.mark.parametrize(
    "make",
    [
        lambda: (make_category("a"), make_category("b")),
        lambda: (
            make_subcategory(make_category("a"), "b"), make_subcategory(make_category("c"), "d"),
        ),
        lambda: (make_reason("a"), make_reason("b")),
    ],
)  # fmt: skip
def test_merge_page_is_there_for_categories_and_reasons(
    make: Callable[[], tuple[Any, Any]],
) -> None:
    duplicate, keeper = make()
    client = client_of("merge_authority", f"view_{duplicate._meta.model_name}")
    page = client.get(page_of(duplicate), {"keeper": keeper.pk})
    data = {"keeper": keeper.pk, "mark": page.context["plan"].mark, "reason": "Twice"}
    assert client.post(page_of(duplicate), data).status_code == 302
    assert not type(duplicate)._default_manager.filter(pk=duplicate.pk).exists()


def test_merge_page_is_a_managers(keeper: Authority, duplicate: Authority) -> None:
    client = client_of("view_authority", "change_authority")
    assert client.get(page_of(duplicate)).status_code == 403
    change = reverse("admin:casework_authority_change", args=[duplicate.pk])
    assert page_of(duplicate) not in client.get(change).content.decode()


def test_merged_authority_is_offered_nowhere(keeper: Authority, duplicate: Authority) -> None:
    merged(AuthorityMerge(duplicate=duplicate, keeper=keeper))
    client = Client()
    client.force_login(User.objects.create_superuser("everything"))
    address = reverse("admin:autocomplete")
    asked = {
        "app_label": "casework", "model_name": "complaint", "field_name": "authority",
        "term": "council",
    }  # fmt: skip
    found = client.get(address, asked).json()["results"]
    assert [each["text"] for each in found] == ["Kept Council"]
    listed = client.get(reverse("admin:casework_authority_changelist"), {"q": "council"})
    assert listed.context["cl"].result_count == 2
    only = client.get(
        reverse("admin:casework_authority_changelist"), {"in_force": "merged"}
    ).context["cl"]
    assert [authority.slug for authority in only.result_list] == ["double"]
    data = {
        "authority": duplicate.pk, "role": "link_officer", "surname": "Example",
        "starts_on": str(timezone.localdate()),
    }  # fmt: skip
    page = client.post(reverse("admin:casework_contact_add"), data)
    assert "authority" in page.context["adminform"].form.errors
