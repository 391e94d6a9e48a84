"""Every change of what public pages read is noted, so that no page kept ready outlives it."""

from django.db import migrations

from casework.triggers import NoteChange

# What public pages read; a test compares this with the queries that they make.
TABLES = [
    "casework_authority",
    "casework_authority_successors",
    "casework_earliername",
    "casework_formercode",
    "casework_population",
    "reviews_annualsummary",
    "reviews_correction",
    "reviews_demonstration",
    "reviews_freeze",
    "reviews_hold",
    "reviews_letter",
    "reviews_letteralternative",
    "reviews_letterfile",
    "reviews_maplayout",
    "reviews_publisheddecision",
    "reviews_publishedfigure",
    "reviews_publishedimprovement",
    "reviews_retraction",
    "reviews_round",
    "reviews_typeaverage",
]


def keep_bodies_as_they_are(apps, schema_editor):
    """PostgreSQL would pack each body and unpack it for every reader."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE reviews_keptpage ALTER COLUMN body SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0029_kept_pages")]

    operations = [
        migrations.RunPython(keep_bodies_as_they_are, migrations.RunPython.noop),
        migrations.RunSQL(
            "INSERT INTO reviews_publicchange (token) VALUES (1)", migrations.RunSQL.noop
        ),
        *(
            NoteChange(
                name=f"public_change_of_{table.split('_', 1)[1]}",
                table=table,
                into="reviews_publicchange",
            )
            for table in TABLES
        ),
    ]
