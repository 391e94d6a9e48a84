"""The table of the cache, in which failed attempts to log in are counted for all processes."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def make_table(apps: Any, schema_editor: Any) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_published_decisions")]

    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
