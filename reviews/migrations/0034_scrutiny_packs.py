import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0033_national_review_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScrutinyPack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="digest of what it says")),
                ("pdf", models.BinaryField()),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("drawn_at", models.DateTimeField(verbose_name="drawn")),
                (
                    "summary",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scrutiny_pack",
                        to="reviews.annualsummary",
                    ),
                ),
            ],
            options={
                "verbose_name": "pack for scrutiny",
                "verbose_name_plural": "packs for scrutiny",
                "ordering": ["summary__name"],
                "default_permissions": ("view",),
            },
        ),
    ]
