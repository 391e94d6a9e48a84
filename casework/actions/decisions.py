"""What is done to a decision as a whole."""

from django.db import transaction

from casework.models import Complaint, Decision


@transaction.atomic
def supersede_decision(*, complaint: Complaint) -> list[Decision]:
    """Makes room for a new decision: the one that stands, if any, stands no longer but is kept.

    The caller records the new one in the same transaction.
    """
    former = list(complaint.decisions.standing().select_for_update())
    complaint.decisions.standing().update(is_standing=False)
    return former
