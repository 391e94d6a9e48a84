"""Changes of national reviews and of packs are noted, so that their pages may be kept ready."""

from django.db import migrations

from casework.triggers import NoteChange

TABLES = [
    "reviews_nationalreview",
    "reviews_nationalreviewfile",
    "reviews_nationalreviewrow",
    "reviews_scrutinypack",
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0034_scrutiny_packs")]

    operations = [
        NoteChange(
            name=f"public_change_of_{table.split('_', 1)[1]}",
            table=table,
            into="reviews_publicchange",
        )
        for table in TABLES
    ]
