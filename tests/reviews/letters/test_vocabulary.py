"""Each condition and value, on both sides of its edge."""

from dataclasses import replace

import pytest

from reviews.figures import learning
from reviews.figures.counts import Counts
from reviews.figures.learning import Learning, LearningFigures
from reviews.letters.language import NotUnderstood, read
from reviews.letters.vocabulary import CONDITIONS, PLACEHOLDERS, VOCABULARY, Facts
from reviews.letters.wording import narrative
from tests.reviews.letters.facts import make_facts

SOME = Counts(
    received=12, advice_given=6, not_upheld=2, upheld=3, remedied_by_authority=1, satisfied=1,
    satisfied_late=1,
)  # fmt: skip
# Conditions that the row does not hold.
FROM_ELSEWHERE = {"public report this year", "late replies"}


def true_in(facts: Facts) -> set[str]:
    return set(facts.true)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(), {"none investigated", "nothing upheld", "no recommendations due"}),
        (Counts(not_upheld=1), {"nothing upheld", "no recommendations due"}),
        (Counts(upheld=1), {"no recommendations due"}),
        (Counts(upheld=1, ceased=1), {"no recommendations due"}),
        (Counts(upheld=1, satisfied=1), set()),
        (Counts(upheld=1, satisfied_late=1), {"complied late"}),
        (Counts(upheld=1, satisfied=999, not_satisfied=1), {"below 100% compliance"}),
        (Counts(upheld=1, not_satisfied=1), {"below 100% compliance"}),
    ],
)
def test_conditions_of_the_counts(counts: Counts, expected: set[str]) -> None:
    compared = {
        "average of complaints upheld", "average of compliance",
        "average of satisfactory remedies", "rate per 100,000",
    }  # fmt: skip
    told = {
        f"difference in {name} known"
        for name, something in (
            ("complaints upheld", counts.investigated),
            ("compliance", counts.compliance_outcomes),
            ("satisfactory remedies", counts.upheld),
        )
        if something
    }
    assert true_in(make_facts(counts)) == expected | compared | told
    assert true_in(make_facts(counts, has_comparison=False)) == expected | {"no comparison"}


def test_conditions_of_the_letter_and_from_elsewhere() -> None:
    plain = true_in(make_facts(SOME))
    assert true_in(make_facts(SOME, is_correction=True)) - plain == {"corrected letter"}
    assert true_in(make_facts(SOME, is_post_vacant=True)) - plain == {"post vacant"}
    assert true_in(make_facts(SOME, also_true=FROM_ELSEWHERE)) - plain == FROM_ELSEWHERE


def test_values_are_those_that_letters_print() -> None:
    assert make_facts(SOME).values == {
        "authority": "Example Council",
        "year": "2020",
        "year end": "31 March 2020",
        "period": "1 April 2019 to 31 March 2020",
        "letter date": "22 July 2020",
        "publication date": "29 July 2020",
        "council page": "https://reviews.example.org/councils/example-council/",
        "methods page": "https://reviews.example.org/methods/",
        "data page": "https://reviews.example.org/data/",
        "an investigation": "a detailed investigation",
        "complaints received": "12 complaints",
        "complaints decided": "11 complaints",
        "investigations": "5 detailed investigations",
        "upheld decisions": "3 upheld decisions",
        "compliance outcomes": "2 compliance outcomes",
        "late compliance": "1 case",
        "satisfactory remedies": "1 satisfactory remedy decision",
        "uphold percent": "60%",
        "uphold average": "45%",
        "compliance percent": "100%",
        "compliance average": "90%",
        "remedy percent": "33%",
        "remedy average": "11%",
        "upheld per 100,000": "3",
        "difference in complaints upheld": (
            "With 5 investigations, 0 to 4 upheld would all be unremarkable where the average is "
            "45%."
        ),
        "difference in compliance": (
            "With 2 compliance outcomes, 1 or 2 complied with would all be unremarkable where the "
            "average is 90%."
        ),
        "difference in satisfactory remedies": (
            "With 3 upheld decisions, 0, 1 or 2 already remedied by the authority would all be "
            "unremarkable where the average is 11%."
        ),
    }


def test_figure_of_nothing_has_no_value_and_never_zero() -> None:
    values = make_facts(Counts(), has_comparison=False).values
    assert {
        "uphold percent", "uphold average", "compliance percent", "compliance average",
        "remedy percent", "remedy average", "upheld per 100,000",
    } & set(values) == set()  # fmt: skip
    assert make_facts(Counts(not_upheld=2)).values["uphold percent"] == "0%"


def test_lists_name_each_thing_once_in_small_letters_with_words_and_example() -> None:
    names = [*(each.name for each in PLACEHOLDERS), *(each.name for each in CONDITIONS)]
    assert len(names) == len(set(names))
    assert names == [name.casefold() for name in names]
    assert all(each.description and each.example for each in PLACEHOLDERS)
    assert all(each.description for each in CONDITIONS)
    of_a_row = VOCABULARY.by_name.keys() - learning.PLACEHOLDERS.keys()
    assert set(make_facts(SOME).values) == of_a_row


@pytest.mark.parametrize("placeholder", PLACEHOLDERS, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "counts", [Counts(), Counts(not_upheld=1), Counts(upheld=1), SOME], ids=["0", "1", "2", "3"]
)
@pytest.mark.parametrize("has_comparison", [True, False])
def test_placeholder_has_a_value_wherever_the_language_lets_it_stand(
    placeholder: object, counts: Counts, has_comparison: bool
) -> None:
    name = placeholder.name  # type: ignore[attr-defined]
    needs = placeholder.needs  # type: ignore[attr-defined]
    facts = make_facts(counts, has_comparison=has_comparison)
    for need in needs:
        read(f"(({need}??(({name}))))", "passage")
        if facts.meets(need):
            assert name in facts.values
    if needs:
        with pytest.raises(NotUnderstood, match=f"“{name}” may have no value"):
            read(f"(({name}))", "passage")
    else:
        assert name in facts.values


@pytest.mark.parametrize("figures", [
    LearningFigures(now=Learning(seminars=1, courses=1)),
    LearningFigures(now=Learning(seminars=1, courses=1), before=Learning(seminars=1, courses=1)),
    LearningFigures(),
])  # fmt: skip
def test_learning_figure_has_a_value_wherever_its_guard_holds(figures: LearningFigures) -> None:
    """Also where nobody is recorded at what was held, or it was held online."""
    values, held = learning.placeholders(figures), learning.conditions(figures)
    for name in learning.PLACEHOLDERS:
        needs = VOCABULARY.by_name[name].needs
        assert needs, name
        if any(held[need.condition] for need in needs):
            assert name in values, name


def test_usual_wording_says_nothing_of_people_where_none_are_recorded() -> None:
    figures = LearningFigures(now=Learning(seminars=1, courses=1))
    held = {name for name, is_so in learning.conditions(figures).items() if is_so}
    facts = replace(make_facts(SOME), true={*make_facts(SOME).true, *held})
    facts = replace(facts, values={**facts.values, **learning.placeholders(figures)})
    blocks = narrative(facts)
    said = " ".join(run.text for block in blocks for run in getattr(block, "runs", ()))
    assert "((" not in said
    assert "Over the year we held 1 seminar for link officers." in said
    assert "We also held 1 course on handling complaints." in said


def test_usual_wording_speaks_of_one_in_the_singular() -> None:
    one = Learning(
        seminars=1, seminar_delegates=1, seminar_authorities=1, seminar_places=("Leeds",),
        courses=1, course_people=1,
    )  # fmt: skip
    figures = LearningFigures(now=one)
    held = {name for name, is_so in learning.conditions(figures).items() if is_so}
    facts = replace(make_facts(SOME), true={*make_facts(SOME).true, *held})
    facts = replace(facts, values={**facts.values, **learning.placeholders(figures)})
    said = "".join(run.text for block in narrative(facts) for run in getattr(block, "runs", ()))
    assert (
        "we held 1 seminar for link officers in Leeds, with 1 delegate from 1 local authority."
    ) in said
    assert "We also held 1 course on handling complaints, and 1 person took part." in said
