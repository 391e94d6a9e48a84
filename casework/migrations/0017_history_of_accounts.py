"""Who may do what, and which years are frozen, have a history too; it holds no secret."""

from django.db import migrations

from casework.triggers import KeepHistory

# What history leaves out of a table, and why: tests/casework/test_history.py.
LEFT_OUT = {
    "auth.user": ("password", "last_login"),
    "mfa.authenticator": ("data", "last_used_at"),
    "account.emailaddress": ("primary",),
}
RECORDS = (
    "auth.user",
    "auth.user_groups",
    "auth.user_user_permissions",
    "auth.group",
    "auth.group_permissions",
    "mfa.authenticator",
    "account.emailaddress",
    "casework.lockedperiod",
)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0016_reasons_and_pauses"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        KeepHistory(
            name=f"history_of_{record.partition('.')[2]}",
            table=record.replace(".", "_"),
            record=record,
            left_out=LEFT_OUT.get(record, ()),
        )
        for record in RECORDS
    ]
