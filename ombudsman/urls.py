"""Every address of the project: the back office here, the public pages in ``reviews.site``.

Errors are answered with Django's default handlers, which show ``templates/404.html`` and
``templates/500.html``.
"""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("reviews.site.urls")),
]
