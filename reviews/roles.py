"""The five groups of staff and the least that each needs.

What a role may do is what this file says: every `migrate` puts it back, so that a change of roles
is a change of this file, which somebody reviews.
"""

from typing import Any

from django.apps import apps as installed
from django.db import DEFAULT_DB_ALIAS


def _each(app: str, actions: str, models: str) -> set[str]:
    return {f"{app}.{action}_{model}" for action in actions.split() for model in models.split()}


REFERENCE = "authority earliername formercode publiccategory publicsubcategory decisionreason"
FROZEN = (
    "freeze typeaverage annualsummary frozenlearning maplayout caselist lettercode letterfile "
    "letteralternative letterproof letterreturn roundevent summarycondition "
    "hold correction retraction"
)
LEARNING = "learningevent learningattendance"
# They show officers' e-mail addresses, which approving needs not.
MESSAGES = "outboxmessage messageevent"
COPIES = "publisheddecision publishedimprovement"
WORDING = "wordingtext wordingdraft wordingversion latereplies"

# A filter kept under a name is nobody's data but its owner's.
OWN = _each("casework", "view add change delete", "savedfilter")

CASEWORKER = (
    _each("casework", "view", f"{REFERENCE} bankholiday contact population team")
    | _each("casework", "view", "publicationexception anonymisation dutytransfer checkedplaces")
    # Works on cases and sees who complained.
    | _each(
        "casework",
        "add change view",
        "complaint complainant decision recommendation clockpause statement decisionreview "
        "publicinterestreport",
    )
    # Written once and not changed after; a link made by mistake goes again.
    | _each("casework", "add view", "note attachment caselink extension")
    | _each("casework", "delete", "caselink")
    | _each("reviews", "view", COPIES)
    | OWN
)

ROLES: dict[str, set[str]] = {
    "caseworker": CASEWORKER,
    # Answers for the work of others: assigns, excepts, withdraws, and keeps the lists right.
    "casework manager": CASEWORKER
    | _each("casework", "add change", f"{REFERENCE} bankholiday team")
    | _each("casework", "add change", "publicationexception anonymisation")
    | _each("casework", "delete", "attachment publicationexception")
    | _each("casework", "view", "batch change lockedperiod importbatch")
    | {
        "casework.assign_complaint",
        "casework.record_not_satisfied",
        "casework.withdraw_decision",
        "casework.merge_authority",
        "casework.pass_duty",
        "casework.import_files",
        "casework.export_list",
        "reviews.publish_decision",
    },
    # Prepares a year's letters and issues them.
    "review editor": _each(
        "casework", "view", f"{REFERENCE} complaint decision recommendation importbatch"
    )
    | _each("casework", "add change view", "contact population")
    | _each("reviews", "add change view", "round signatory publishedfigure")
    | _each("reviews", "change view", "letter")
    # An event or a row of it entered by mistake would be counted.
    | _each("reviews", "add change delete view", LEARNING)
    | _each("reviews", "view", f"signature {FROZEN} {MESSAGES} {WORDING} {COPIES}")
    | {"reviews.change_wordingtext"}  # drafts and accepts what letters say; another approves them
    | {"reviews.freeze_round", "reviews.issue_letters", "reviews.export_letters"}
    | {"reviews.send_messages", "reviews.hold_letters", "reviews.correct_letter"}
    | {"reviews.publish_decision"}
    | {"casework.import_files"}  # contacts and populations, what it may change
    | OWN,
    # The second pair of eyes: the Ombudsman.
    "approver": _each(
        "reviews",
        "view",
        f"round letter signatory signature publishedfigure {COPIES} {LEARNING} {FROZEN} {WORDING}",
    )
    | {"reviews.approve_letters", "reviews.export_letters"}
    # Keeps a letter back, and withdraws one that is public.
    | {"reviews.hold_letters", "reviews.retract_letter"}
    | OWN,
    # Sees all, takes lists away, with every look at people recorded, and changes nothing.
    "auditor": _each(
        "casework",
        "view",
        f"{REFERENCE} bankholiday contact population team complaint complainant decision "
        "recommendation clockpause statement checkedplaces publicationexception decisionreview "
        "publicinterestreport note attachment caselink extension dutytransfer anonymisation "
        "importbatch upload savedfilter batch change lockedperiod look",
    )
    | _each(
        "reviews",
        "view",
        f"demonstration round letter signatory signature publishedfigure {COPIES} "
        f"{LEARNING} {FROZEN} {MESSAGES} {WORDING}",
    )
    | {"casework.export_list"},
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
