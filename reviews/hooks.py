"""What the mail provider reports: a message came back, or arrived after all."""

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from casework.actions import system_user
from reviews import rounds
from reviews.models import MessageState

LARGEST = 4_096  # bytes
SIGNATURE = "X-Signature-256"

EVENTS = {"bounced": MessageState.BOUNCED, "delivered": MessageState.SENT}


@csrf_exempt
@require_POST
def mail_hook(request: HttpRequest) -> HttpResponse:
    """Takes `{"message_id", "event", "at"}` in JSON, signed over the body with MAIL_HOOK_KEY.

    The signature is `sha256=` and the HMAC in hexadecimal, in the header X-Signature-256. Events
    are `bounced` and `delivered`; others, unknown messages and repetitions are answered alike.
    """
    if not settings.MAIL_HOOK_KEY:
        raise Http404
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413)
    wanted = hmac.new(settings.MAIL_HOOK_KEY.encode(), request.body, hashlib.sha256).hexdigest()
    given = request.headers.get(SIGNATURE, "")
    if not hmac.compare_digest(f"sha256={wanted}".encode(), given.encode()):
        return HttpResponse(status=403)
    try:
        message_id, event, at = _read(json.loads(request.body))
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    if event in EVENTS:
        local = timezone.localtime(at)
        rounds.report_event(
            message_id=message_id,
            state=EVENTS[event],
            detail=f"Reported by the mail provider for {local:%Y-%m-%d %H:%M}",
            by=system_user(),
        )
    return HttpResponse(status=202)


def _read(found: Any) -> tuple[str, str, dt.datetime]:
    if not isinstance(found, dict):
        raise ValueError
    message_id, event, at = (found.get(name) for name in ("message_id", "event", "at"))
    if not (isinstance(message_id, str) and isinstance(event, str) and isinstance(at, str)):
        raise ValueError
    instant = dt.datetime.fromisoformat(at)
    is_plain = message_id.isascii() and message_id.isprintable()
    if not is_plain or timezone.is_naive(instant) or not 2000 <= instant.year <= 2200:
        raise ValueError
    return message_id, event, instant
