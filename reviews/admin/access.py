"""Whether who asks may do a deed of the reviews."""

from django.http import HttpRequest


def may(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perm(f"reviews.{permission}")
