"""Texts of rounds, their drafts and versions; and what the conditions in them need."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0013_nobody_new_in_anonymised_cases"),
        ("reviews", "0010_who_is_named_in_copies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WordingText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("main", "All letters"),
                            ("type", "Letters to one type of authority"),
                            ("region", "Letters to one region"),
                            ("council", "The letter to one authority"),
                        ],
                        max_length=10,
                        verbose_name="goes into",
                    ),
                ),
                (
                    "authority_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("county", "County council"),
                            ("district", "District council"),
                            ("metropolitan", "Metropolitan borough"),
                            ("unitary", "Unitary council"),
                            ("london_borough", "London borough"),
                            ("combined_authority", "Combined authority"),
                            ("strategic_regional_authority", "Strategic regional authority"),
                            ("national_park", "National park authority"),
                            ("regional_park", "Regional park authority"),
                            ("fire", "Fire authority"),
                            ("waste", "Waste authority"),
                            ("passenger_transport", "Passenger transport body"),
                        ],
                        max_length=30,
                        verbose_name="type of authority",
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("E12000001", "North East"),
                            ("E12000002", "North West"),
                            ("E12000003", "Yorkshire and The Humber"),
                            ("E12000004", "East Midlands"),
                            ("E12000005", "West Midlands"),
                            ("E12000006", "East of England"),
                            ("E12000007", "London"),
                            ("E12000008", "South East"),
                            ("E12000009", "South West"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("praise", "Praise"),
                            ("criticism", "Criticism"),
                            ("invitation", "Invitation"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="Passages of one kind stand in this order."
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.authority",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="reviews.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "wording",
                "verbose_name_plural": "wordings",
                "ordering": ["-round__year", "position", "pk"],
                "default_permissions": ("change", "view"),
            },
        ),
        migrations.CreateModel(
            name="WordingDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.TextField(blank=True, verbose_name="text")),
                (
                    "restores",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="The version it brings back.",
                        null=True,
                        verbose_name="restores version",
                    ),
                ),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wording",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="draft",
                        to="reviews.wordingtext",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a wording",
                "verbose_name_plural": "drafts of wordings",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="WordingVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.TextField(blank=True, verbose_name="text")),
                ("reason", models.TextField()),
                (
                    "restores",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="restores version"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="accepted")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="reviews.wordingtext",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a wording",
                "verbose_name_plural": "versions of wordings",
                "ordering": ["wording", "-number"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="LateReplies",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("marked_at", models.DateTimeField(verbose_name="marked")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.authority",
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late_replies",
                        to="reviews.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "mark of late replies",
                "verbose_name_plural": "marks of late replies",
                "ordering": ["round", "authority"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("round", "authority"), name="late_replies_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SummaryCondition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
                        to="reviews.annualsummary",
                    ),
                ),
            ],
            options={
                "verbose_name": "frozen condition",
                "ordering": ["summary", "name"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("summary", "name"), name="summary_condition_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="wordingtext",
            constraint=models.UniqueConstraint(
                condition=models.Q(("scope", "main")),
                fields=("round",),
                name="wording_text_one_main",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordingtext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("authority", None),
                        ("authority_type", ""),
                        ("region", ""),
                        ("scope", "main"),
                        ("subject", ""),
                    ),
                    models.Q(
                        ("authority", None),
                        ("region", ""),
                        ("scope", "type"),
                        models.Q(("authority_type", ""), _negated=True),
                        models.Q(("subject", ""), _negated=True),
                    ),
                    models.Q(
                        ("authority", None),
                        ("authority_type", ""),
                        ("scope", "region"),
                        models.Q(("region", ""), _negated=True),
                        models.Q(("subject", ""), _negated=True),
                    ),
                    models.Q(
                        ("authority__isnull", False),
                        ("authority_type", ""),
                        ("region", ""),
                        ("scope", "council"),
                        models.Q(("subject", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="wording_text_scope_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordingtext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("subject", ""),
                    ("subject__in", ["praise", "criticism", "invitation", "other"]),
                    _connector="OR",
                ),
                name="wording_text_subject_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordingtext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("authority_type", ""),
                    (
                        "authority_type__in",
                        [
                            "county",
                            "district",
                            "metropolitan",
                            "unitary",
                            "london_borough",
                            "combined_authority",
                            "strategic_regional_authority",
                            "national_park",
                            "regional_park",
                            "fire",
                            "waste",
                            "passenger_transport",
                        ],
                    ),
                    _connector="OR",
                ),
                name="wording_text_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordingtext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("region", ""),
                    (
                        "region__in",
                        [
                            "E12000001",
                            "E12000002",
                            "E12000003",
                            "E12000004",
                            "E12000005",
                            "E12000006",
                            "E12000007",
                            "E12000008",
                            "E12000009",
                        ],
                    ),
                    _connector="OR",
                ),
                name="wording_text_region_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="wordingversion",
            constraint=models.UniqueConstraint(
                fields=("wording", "number"), name="wording_version_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="wordingversion",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), ("number__gte", 1)),
                name="wording_version_with_reason",
            ),
        ),
    ]
