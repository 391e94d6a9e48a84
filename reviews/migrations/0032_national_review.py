import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0031_times_is_no_letter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NationalReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="edition")),
                (
                    "reason",
                    models.TextField(blank=True, verbose_name="why there is another edition"),
                ),
                ("publish_at", models.DateTimeField(verbose_name="public from")),
                ("figures", models.JSONField(editable=False)),
                ("document", models.JSONField(editable=False)),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved"),
                ),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveIntegerField(blank=True, null=True, verbose_name="bytes")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
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
                        related_name="reviews",
                        to="reviews.round",
                    ),
                ),
            ],
            options={
                "ordering": ["-round__year", "-number"],
                "permissions": [("approve_review", "Can approve a national review")],
                "default_permissions": ("add", "view"),
            },
        ),
        migrations.CreateModel(
            name="NationalReviewFile",
            fields=[
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="reviews.nationalreview",
                    ),
                ),
                ("pdf", models.BinaryField()),
            ],
            options={
                "verbose_name": "file of a national review",
                "verbose_name_plural": "files of national reviews",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="NationalReviewRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="reviews.nationalreview",
                    ),
                ),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="in_reviews",
                        to="reviews.annualsummary",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of a national review",
                "verbose_name_plural": "rows of national reviews",
                "ordering": ["review", "summary"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ReviewText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("foreword", "Foreword"), ("chapters", "Chapters")], max_length=10
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("content", models.TextField(blank=True, verbose_name="text")),
                (
                    "reason",
                    models.TextField(
                        validators=[
                            django.core.validators.RegexValidator(
                                "[A-Za-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u024F]{3}",
                                "Give the reason in words: at least one of three letters or more.",
                            )
                        ]
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="saved")),
                (
                    "made_by",
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
                        related_name="review_texts",
                        to="reviews.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "text of a national review",
                "verbose_name_plural": "texts of national reviews",
                "ordering": ["-round__year", "kind", "-number"],
                "default_permissions": ("add", "view"),
            },
        ),
        migrations.AddConstraint(
            model_name="nationalreview",
            constraint=models.UniqueConstraint(
                fields=("round", "number"), name="national_review_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="nationalreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number", 1),
                    models.Q(("number__gt", 1), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="national_review_again_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="nationalreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("approved_at__isnull", True),
                            ("approved_by__isnull", True),
                            ("size__isnull", True),
                        ),
                        models.Q(
                            ("approved_at__isnull", False),
                            ("approved_by__isnull", False),
                            ("size__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("approved_at__isnull", True), ("sha256", "")),
                        ("approved_at__isnull", False),
                        _connector="OR",
                    ),
                    models.Q(
                        ("approved_at__isnull", True),
                        models.Q(("sha256", ""), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="national_review_approved_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="nationalreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="national_review_approved_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="nationalreviewrow",
            constraint=models.UniqueConstraint(
                fields=("review", "summary"), name="national_review_row_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtext",
            constraint=models.UniqueConstraint(
                fields=("round", "kind", "number"), name="review_text_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtext",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["foreword", "chapters"])),
                name="review_text_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtext",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), ("number__gte", 1)),
                name="review_text_with_reason",
            ),
        ),
    ]
