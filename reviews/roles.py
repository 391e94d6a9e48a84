"""The three groups of staff and the least that each needs.

What a role may do is what this file says: every `migrate` puts it back, so that a change of roles
is a change of this file, which somebody reviews.
"""

from typing import Any

from django.apps import apps as installed
from django.db import DEFAULT_DB_ALIAS


def _each(app: str, actions: str, models: str) -> set[str]:
    return {f"{app}.{action}_{model}" for action in actions.split() for model in models.split()}


REFERENCE = "authority earliername formercode publiccategory publicsubcategory decisionreason"
FROZEN = "freeze typeaverage annualsummary letterfile outboxmessage roundevent"

ROLES: dict[str, set[str]] = {
    # Works on cases and is the only one to see who complained.
    "caseworker": _each("casework", "view", f"{REFERENCE} population contact")
    | _each("casework", "add change view", "complaint complainant decision recommendation"),
    # Prepares a year's letters and issues them.
    "review editor": _each(
        "casework", "view", f"{REFERENCE} complaint decision recommendation importbatch"
    )
    | _each("casework", "add change view", "contact population")
    | _each("reviews", "add change view", "round signatory publishedfigure")
    | _each("reviews", "change view", "letter")
    | _each("reviews", "view", FROZEN)
    | {"reviews.freeze_round", "reviews.issue_letters", "reviews.export_letters"},
    # The second pair of eyes.
    "approver": _each("reviews", "view", f"round letter signatory publishedfigure {FROZEN}")
    | {"reviews.approve_letters", "reviews.export_letters"},
}


def sync_roles(*, apps: Any = installed, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Makes the groups and gives them their permissions; a receiver of `post_migrate`.

    Permissions that do not exist at this point of a migration are left for its end.
    """
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        return
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in permission_model.objects.using(using)
        .filter(content_type__app_label__in=("casework", "reviews"))
        .select_related("content_type")
    }
    for name, wanted in ROLES.items():
        group, _ = group_model.objects.using(using).get_or_create(name=name)
        group.permissions.set([known[each] for each in sorted(wanted & known.keys())])
