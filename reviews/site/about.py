"""The pages about the site itself: how figures are made, and what was tested."""

import datetime as dt
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reviews.figures.breaks import BREAKS
from reviews.figures.chance import MINIMUM_BASE
from reviews.figures.measures import MEASURES
from reviews.figures.protection import THRESHOLD
from reviews.site.responses import public

REPORT = Path(__file__).parents[1] / "data" / "accessibility.json"


@public
def methods(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "reviews/methods.html",
        {
            "measures": MEASURES,
            "per_100k": MEASURES["upheld-per-100k"],
            "breaks": [
                (each, [MEASURES[code].label for code in MEASURES if code in each.measures])
                for each in BREAKS
            ],
            "minimum_base": MINIMUM_BASE,
            "threshold": THRESHOLD,
        },
    )


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    found = report()
    tested_on = dt.date.fromisoformat(found["tested_on"])
    return render(request, "reviews/accessibility.html", {"report": found, "tested_on": tested_on})


@lru_cache(maxsize=1)
def report() -> dict[str, Any]:
    """What the browser tests wrote when they last ran whole (`make accessibility`)."""
    found: dict[str, Any] = json.loads(REPORT.read_text(encoding="utf-8"))
    return found
