"""Draws that come out alike on every machine: only `Random.random` seeded with text is used."""

from collections.abc import Mapping, Sequence
from random import Random


def seeded(*names: object) -> Random:
    """A source of chance of its own for each purpose, so that one draw never shifts another."""
    return Random("demonstration " + " ".join(map(str, names)))  # noqa: S311


def whole(chance: Random, first: int, last: int) -> int:
    """A whole number from `first` to `last`, both included."""
    return first + int(chance.random() * (last - first + 1))


def one[T](chance: Random, things: Sequence[T]) -> T:
    return things[int(chance.random() * len(things))]


def weighted[T](chance: Random, weights: Mapping[T, float]) -> T:
    """One of the keys, each as likely as its weight."""
    mark = chance.random() * sum(weights.values())
    for thing, weight in weights.items():
        mark -= weight
        if mark < 0:
            return thing
    return next(reversed(list(weights)))


def shuffled[T](chance: Random, things: Sequence[T]) -> list[T]:
    marks = [chance.random() for _ in things]
    return [things[i] for i in sorted(range(len(things)), key=lambda i: (marks[i], i))]


def allot(
    chance: Random, total: int, weights: Mapping[str, float], fixed: Mapping[str, int]
) -> dict[str, int]:
    """`total` things over the keys of `weights`, each key as likely as it weighs.

    Keys in `fixed` have what they have there. Raises ValueError if those alone exceed the total.
    """
    left = total - sum(fixed[key] for key in weights if key in fixed)
    if left < 0:
        raise ValueError(f"the fixed parts exceed the total of {total} by {-left}")
    shares = {key: fixed.get(key, 0) for key in weights}
    ends: list[tuple[float, str]] = []
    reached = 0.0
    for key, weight in weights.items():
        if key not in fixed:
            reached += weight
            ends.append((reached, key))
    marks = sorted(chance.random() * reached for _ in range(left))
    place = 0
    for mark in marks:
        while ends[place][0] <= mark and place < len(ends) - 1:
            place += 1
        shares[ends[place][1]] += 1
    return shares


def pick(
    chance: Random,
    total: int,
    wholes: Mapping[str, int],
    fixed: Mapping[str, int],
    lean: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Parts of `wholes` that sum to `total`; a key that leans higher has more of its whole.

    Keys in `fixed` have what they have there. Raises ValueError if no such parts exist.
    """
    lean = lean or {}
    marks: list[tuple[float, str]] = [
        (chance.random() - lean.get(key, 0.0), key)
        for key, size in wholes.items()
        if key not in fixed
        for _ in range(size)
    ]
    left = total - sum(fixed[key] for key in wholes if key in fixed)
    if not 0 <= left <= len(marks):
        raise ValueError(f"{left} cannot be picked of {len(marks)}")
    parts = {key: fixed.get(key, 0) for key in wholes}
    for _, key in sorted(marks)[:left]:
        parts[key] += 1
    return parts
