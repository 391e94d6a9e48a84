"""That somebody saw personal data, or took a list away."""

from django.contrib.auth.models import User
from django.utils import timezone

from casework.choices import LookAt
from casework.models import Complaint, Look


def record_look(
    *,
    by: User,
    what: LookAt,
    complaint: Complaint | None = None,
    detail: str = "",
    rows: int = 1,
) -> Look:
    """Records a look before anything is shown: whoever calls this shows nothing if it fails.

    `detail` says what was looked at in at most 300 characters, the rest is cut; it never repeats
    personal data. `rows` is how many records were seen.
    """
    return Look.objects.create(
        seen_at=timezone.now(),
        seen_by=by,
        what=what,
        complaint=complaint,
        detail=detail[:300],
        rows=rows,
    )
