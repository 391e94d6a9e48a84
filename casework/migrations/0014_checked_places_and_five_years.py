"""Who looked at places where a complainant seems to appear; and that five years are five years."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from casework.triggers import KeepHistory, Refuse


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0013_nobody_new_in_anonymised_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckedPlaces",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("checked_at", models.DateTimeField()),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checked_places",
                        to="casework.decision",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "checked places",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("decision", "digest"), name="checked_places_once"
                    )
                ],
            },
        ),
        KeepHistory(
            name="history_of_checkedplaces",
            table="casework_checkedplaces",
            record="casework.checkedplaces",
            case=(
                "(SELECT d.complaint_id FROM casework_decision d WHERE d.id = {row}.decision_id)"
            ),
        ),
        Refuse(
            name="statement_within_five_years",
            table="casework_statement",
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM casework_statement o WHERE o.decision_id = NEW.decision_id "
                "AND o.withdrawn_on IS NOT NULL AND NOT EXISTS ("
                "SELECT 1 FROM casework_decisionreview r WHERE r.decision_id = NEW.decision_id "
                "AND r.ended_on >= o.withdrawn_on))"
            ),
            message="This decision was public for its five years: a new statement needs a review.",
        ),
    ]
