"""What programs that read the whole site are told: its pages, and what is not for them."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reviews.site import addresses
from reviews.site.responses import public

XML = "application/xml; charset=utf-8"
ROBOTS = """\
User-agent: *
Disallow: /admin/
Disallow: /hooks/
Disallow: /portal/

Sitemap: {site}/sitemap.xml
"""


@public
def sitemap(request: HttpRequest) -> HttpResponse:
    parts = range(1, len(addresses.sitemap(at=timezone.now())) + 1)
    context = {"parts": parts, "site": settings.SITE_ADDRESS}
    return render(request, "reviews/sitemap.xml", context, content_type=XML)


@public
def sitemap_part(request: HttpRequest, part: int) -> HttpResponse:
    parts = addresses.sitemap(at=timezone.now())
    if part > len(parts):
        raise Http404
    context = {"paths": parts[part - 1], "site": settings.SITE_ADDRESS}
    return render(request, "reviews/sitemap_part.xml", context, content_type=XML)


@public
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        ROBOTS.format(site=settings.SITE_ADDRESS), content_type="text/plain; charset=utf-8"
    )
