"""All public pages made ready before somebody asks."""

from typing import Any

from django.urls import resolve
from django.utils import timezone

from reviews.management.rounds import RoundCommand
from reviews.site import kept
from reviews.site.addresses import addresses
from reviews.site.export import answer
from reviews.site.responses import KEPT


class Command(RoundCommand):
    help = "Makes every public page that is not ready, and removes those that no longer stand."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = kept.remove_stale(at=timezone.now())
        wanted = [each for each in addresses(at=timezone.now()) if is_kept(each.path)]
        ready = kept.paths(at=timezone.now())
        missing = [each for each in wanted if each.path not in ready]
        progress = self.progress("Making page")
        for position, address in enumerate(missing, start=1):
            answer(address.path)
            if progress:
                progress(position, len(missing))
        ready = kept.paths(at=timezone.now())
        made = sum(each.path in ready for each in missing)
        self.stdout.write(
            f"Made {made:,} page{'' if made == 1 else 's'} ready and removed {removed:,}; "
            f"{len(ready):,} stand ready."
        )


def is_kept(path: str) -> bool:
    return resolve(path).func in KEPT
