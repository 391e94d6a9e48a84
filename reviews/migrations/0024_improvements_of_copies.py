"""Each service improvement of a public copy is a row, with what became of it."""

import django.db.models.deletion
from django.db import migrations, models

CATEGORIES = [
    ("procedure_or_policy", "Procedure or policy change or review"),
    ("training_or_guidance", "Training or guidance"),
    ("review_other_cases", "Review of other cases"),
    ("other_service_improvement", "Other service improvement"),
]
STATUSES = [
    ("due", "Due"),
    ("on_time", "Carried out on time"),
    ("late", "Carried out late"),
    ("not_carried_out", "Not carried out"),
    ("ceased", "No longer followed up"),
]
OUTCOMES = [
    ("satisfied", "Satisfied"),
    ("satisfied_late", "Satisfied, late"),
    ("not_satisfied", "Not satisfied"),
    ("ceased", "Ceased"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0018_counting_for_desks"),
        ("reviews", "0023_letters_by_digest"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedImprovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "category",
                    models.CharField(choices=CATEGORIES, max_length=40, verbose_name="kind"),
                ),
                ("text", models.TextField()),
                ("due_on", models.DateField(verbose_name="due")),
                (
                    "completed_on",
                    models.DateField(blank=True, null=True, verbose_name="carried out"),
                ),
                ("status", models.CharField(choices=STATUSES, max_length=20)),
                (
                    "compliance",
                    models.CharField(
                        blank=True,
                        choices=OUTCOMES,
                        max_length=20,
                        verbose_name="outcome of the case",
                    ),
                ),
                (
                    "compliance_recorded_on",
                    models.DateField(blank=True, null=True, verbose_name="outcome recorded"),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",  # until the copy's own field of that name is gone
                        to="reviews.publisheddecision",
                    ),
                ),
            ],
            options={
                "ordering": ["decision", "number"],
                "indexes": [
                    models.Index(
                        fields=[
                            "decision",
                            "category",
                            "status",
                            "compliance",
                            "compliance_recorded_on",
                        ],
                        name="published_improvement_counted",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("decision", "number"), name="published_improvement_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category__in", [code for code, _ in CATEGORIES])),
                        name="published_improvement_category_of_services",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", [code for code, _ in STATUSES])),
                        name="published_improvement_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("compliance", ""), ("compliance_recorded_on__isnull", True)),
                            models.Q(
                                ("compliance__in", [code for code, _ in OUTCOMES]),
                                ("compliance_recorded_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="published_improvement_outcome_and_date_together",
                    ),
                ],
            },
        ),
        migrations.RemoveIndex("publisheddecision", "published_decision_standing"),
        migrations.AddIndex(
            model_name="publisheddecision",
            index=models.Index(
                condition=models.Q(suspended_at__isnull=True, taken_off_at__isnull=True),
                fields=["-decided_on", "reference"],
                name="published_decision_listed",
            ),
        ),
        migrations.AddIndex(
            model_name="publisheddecision",
            index=models.Index(
                condition=models.Q(taken_off_at__isnull=True),
                fields=[
                    *("ends_on", "published_on", "suspended_at", "taken_off_at"),
                    *("outcome", "category", "authority", "decided_on"),
                ],
                name="published_decision_counted",
            ),
        ),
        migrations.AddIndex(
            model_name="publisheddecision",
            index=models.Index(
                condition=models.Q(taken_off_at__isnull=True),
                fields=[
                    *("authority", "category", "public_subcategory", "public_category"),
                    *("outcome", "decided_on"),
                    *("ends_on", "published_on", "suspended_at", "taken_off_at"),
                ],
                name="published_decision_of_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="publisheddecision",
            index=models.Index(
                condition=models.Q(report_issued_on__isnull=False, taken_off_at__isnull=True),
                fields=["-report_issued_on", "reference"],
                name="published_decision_reported",
            ),
        ),
    ]
