"""Where councils stand on the maps of a round is kept with its figures."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0026_improvements_guarded_and_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="MapLayout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "layer",
                    models.CharField(
                        choices=[
                            ("districts", "Districts and single-tier councils"),
                            ("counties", "Counties and single-tier councils"),
                        ],
                        max_length=20,
                    ),
                ),
                ("cells", models.JSONField(help_text="Column and row by the authority's key.")),
                (
                    "freeze",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="layouts",
                        to="reviews.freeze",
                    ),
                ),
            ],
            options={
                "ordering": ["freeze", "layer"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("freeze", "layer"), name="map_layout_once_a_freeze_and_layer"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("layer__in", ["districts", "counties"])),
                        name="map_layout_layer_known",
                    ),
                ],
            },
        ),
    ]
