"""Which authority a file means."""

import datetime as dt
from collections.abc import Iterable

from casework.importing import day_text, shown
from casework.models import Authority, FormerCode


class Directory:
    """All authorities by slug and by GSS code, present and former; read when made.

    What names one that was merged into another means that other.
    """

    def __init__(self) -> None:
        authorities = Authority.objects.only(
            "slug", "gss_code", "official_name", "starts_on", "ends_on", "merged_into"
        )
        by_id = {authority.pk: authority for authority in authorities}
        self._slugs = {pk: authority.slug for pk, authority in by_id.items()}
        meant = {
            pk: by_id[authority.merged_into_id] if authority.merged_into_id else authority
            for pk, authority in by_id.items()
        }
        # A former code names its authority only where nobody has that code now.
        self._by_name = {
            gss_code: meant[authority_id]
            for gss_code, authority_id in FormerCode.objects.values_list("gss_code", "authority_id")
        }
        self._by_name |= {a.gss_code: meant[a.pk] for a in by_id.values() if a.gss_code}
        self._by_name |= {authority.slug: meant[authority.pk] for authority in by_id.values()}

    def find(self, name: str) -> Authority | None:
        return self._by_name.get(name)

    def slug_of(self, pk: int | None) -> str:
        """The slug of the authority with this key; "" for none."""
        return self._slugs.get(pk, "") if pk else ""

    def problem(self, name: str, day: dt.date) -> str:
        """Why an authority cannot be meant on a day; "" where it can."""
        authority = self.find(name)
        if authority is None:
            return unknown(name)
        if authority.is_in_force_on(day):
            return ""
        if authority.starts_on and day < authority.starts_on:
            others = _names(authority.predecessors.all())
            text = f"{authority} began on {day_text(authority.starts_on)}"
            word = "predecessor"
        else:
            assert authority.ends_on  # noqa: S101 - not in force and not too early
            others = _names(authority.successors.all())
            text = f"{authority} was abolished on {day_text(authority.ends_on)}"
            word = "successor"
        if not others:
            return text
        return (
            f"{text}; its {word} is {others[0]}"
            if len(others) == 1
            else (f"{text}; its {word}s are {', '.join(others[:-1])} and {others[-1]}")
        )


def unknown(name: str) -> str:
    return f"{shown(name)} is not an authority known here; give its slug or GSS code"


def _names(authorities: Iterable[Authority]) -> list[str]:
    return [str(authority) for authority in authorities]
