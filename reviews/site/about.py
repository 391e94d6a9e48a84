"""What tells of the site as a whole: the news and their feed, the sitemap, what robots may read."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reviews.site.addresses import sitemap as sitemap_parts
from reviews.site.news import DAYS, by_day, news
from reviews.site.responses import public

ATOM = "application/atom+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"
ROBOTS = """\
User-agent: *
Disallow: /admin/
Disallow: /hooks/
Disallow: /portal/

Sitemap: {site}/sitemap.xml
"""


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


@public
def sitemap(request: HttpRequest) -> HttpResponse:
    parts = range(1, len(sitemap_parts(at=timezone.now())) + 1)
    context = {"parts": parts, "site": settings.SITE_ADDRESS}
    return render(request, "reviews/sitemap.xml", context, content_type=XML)


@public
def sitemap_part(request: HttpRequest, part: int) -> HttpResponse:
    parts = sitemap_parts(at=timezone.now())
    if part > len(parts):
        raise Http404
    context = {"paths": parts[part - 1], "site": settings.SITE_ADDRESS}
    return render(request, "reviews/sitemap_part.xml", context, content_type=XML)


@public
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        ROBOTS.format(site=settings.SITE_ADDRESS), content_type="text/plain; charset=utf-8"
    )
