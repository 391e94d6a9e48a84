"""Indexes for lists filtered by team and stage, and by kind or place of the authority."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0011_anonymised_for_good")]

    operations = [
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["team", "stage"], name="complaint_of_team"),
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["authority", "category"], name="complaint_about"),
        ),
    ]
