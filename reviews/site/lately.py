"""What was published lately, as a page and as a feed."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reviews.site.news import DAYS, by_day, news
from reviews.site.responses import public

ATOM = "application/atom+xml; charset=utf-8"


@public
def published(request: HttpRequest) -> HttpResponse:
    found = news(at=timezone.now())
    return render(request, "reviews/published.html", {"days": by_day(found), "number": DAYS})


@public
def published_feed(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    found = news(at=at)
    today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return render(
        request,
        "reviews/feed.xml",
        {
            "news": found,
            "updated": found[0].at if found else today,
            "site": settings.SITE_ADDRESS,
            "host": urlsplit(settings.SITE_ADDRESS).hostname,
        },
        content_type=ATOM,
    )
