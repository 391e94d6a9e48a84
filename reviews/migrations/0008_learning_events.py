import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0013_nobody_new_in_anonymised_cases"),
        ("reviews", "0007_check_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenLearning",
            fields=[
                (
                    "freeze",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="learning",
                        serialize=False,
                        to="reviews.freeze",
                    ),
                ),
                ("seminars", models.PositiveIntegerField()),
                ("seminar_delegates", models.PositiveIntegerField()),
                ("seminar_authorities", models.PositiveIntegerField()),
                ("seminar_places", models.JSONField()),
                ("courses", models.PositiveIntegerField()),
                ("course_people", models.PositiveIntegerField()),
                ("seminars_before", models.PositiveIntegerField()),
                ("seminar_delegates_before", models.PositiveIntegerField()),
                ("seminar_authorities_before", models.PositiveIntegerField()),
                ("seminar_places_before", models.JSONField()),
                ("courses_before", models.PositiveIntegerField()),
                ("course_people_before", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name_plural": "frozen learning",
                "ordering": ["-freeze"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seminar_authorities__lte", models.F("seminar_delegates")),
                            (
                                "seminar_authorities_before__lte",
                                models.F("seminar_delegates_before"),
                            ),
                        ),
                        name="frozen_learning_authorities_within_delegates",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LearningEvent",
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
                        choices=[("seminar", "Seminar"), ("course", "Course")], max_length=10
                    ),
                ),
                ("title", models.CharField(max_length=150)),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        help_text="Town or city, as letters print it after “in”. Blank: held online.",
                        max_length=60,
                    ),
                ),
                ("held_on", models.DateField(verbose_name="held on")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("local_authority", "Local authorities"),
                            ("care_provider", "Care providers"),
                            ("voluntary", "Voluntary and advice organisations"),
                            ("other", "Other bodies"),
                        ],
                        default="local_authority",
                        max_length=20,
                        verbose_name="for",
                    ),
                ),
            ],
            options={
                "ordering": ["-held_on", "title"],
                "indexes": [models.Index(fields=["held_on"], name="learning_event_held")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "title", "place", "held_on"),
                        name="learning_event_once",
                        violation_error_message="This event is recorded already: open that one, or give this one another title.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["seminar", "course"])),
                        name="learning_event_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "audience__in",
                                ["local_authority", "care_provider", "voluntary", "other"],
                            )
                        ),
                        name="learning_event_audience_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LearningAttendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sector",
                    models.CharField(
                        choices=[
                            ("local_authority", "Local authorities"),
                            ("care_provider", "Care providers"),
                            ("voluntary", "Voluntary and advice organisations"),
                            ("other", "Other bodies"),
                        ],
                        max_length=20,
                    ),
                ),
                ("people", models.PositiveIntegerField()),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="learning",
                        to="casework.authority",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendance",
                        to="reviews.learningevent",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance",
                "verbose_name_plural": "attendance at learning events",
                "ordering": ["event", "sector", "authority__official_name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "authority"),
                        name="learning_attendance_once_an_authority",
                        violation_error_message="This authority has a row already: add its people there.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("authority__isnull", True)),
                        fields=("event", "sector"),
                        name="learning_attendance_once_a_sector",
                        violation_error_message="This sector has a row already: add its people there.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "sector__in",
                                ["local_authority", "care_provider", "voluntary", "other"],
                            )
                        ),
                        name="learning_attendance_sector_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("authority__isnull", False), ("sector", "local_authority")),
                            models.Q(
                                ("authority__isnull", True),
                                models.Q(("sector", "local_authority"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="learning_attendance_of_authority_or_other_sector",
                        violation_error_message="Choose the authority, or the sector of those who came from no authority.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("people__gt", 0)),
                        name="learning_attendance_of_somebody",
                    ),
                ],
            },
        ),
    ]
