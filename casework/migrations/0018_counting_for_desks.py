"""Indexes that answer alone what desks count."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0017_history_of_accounts")]

    operations = [
        migrations.RemoveIndex("complaint", "complaint_at_stage"),
        migrations.AddIndex(
            "complaint",
            models.Index(
                name="complaint_at_stage", fields=["stage", "received_on", "caseworker", "team"]
            ),
        ),
        migrations.RemoveIndex("statement", "statement_published"),
        migrations.AddIndex(
            "statement",
            models.Index(
                name="statement_published",
                fields=["is_current", "published_on", "withdrawn_on", "decision", "dated_on"],
            ),
        ),
    ]
