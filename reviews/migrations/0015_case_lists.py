"""The cases behind the figures are kept when the figures are frozen."""

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("received", "Complaints received"),
    ("decided", "Complaints decided"),
    ("compliance", "Compliance outcomes"),
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0014_outbox")]

    operations = [
        migrations.CreateModel(
            name="CaseList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=KINDS, max_length=20, verbose_name="list"),
                ),
                ("number", models.PositiveIntegerField(verbose_name="cases")),
                (
                    "cases",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_lists",
                        to="reviews.annualsummary",
                    ),
                ),
            ],
            options={
                "ordering": ["summary__name", "kind"],
                "constraints": [
                    models.UniqueConstraint(fields=("summary", "kind"), name="case_list_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", [kind for kind, _ in KINDS])),
                        name="case_list_kind_known",
                    ),
                ],
            },
        ),
    ]
