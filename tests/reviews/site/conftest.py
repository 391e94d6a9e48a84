"""A clock for the public pages: what is published depends on nothing else."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.reviews.site.builders import PUBLISHED_AT


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    """The moment of publication of the year 2020; `clock.move_to` goes elsewhere."""
    with time_machine.travel(PUBLISHED_AT, tick=False) as traveller:
        yield traveller
