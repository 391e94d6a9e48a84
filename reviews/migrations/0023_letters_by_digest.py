from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0022_returns_are_kept")]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["sha256"], name="letter_by_sha256"),
        ),
        migrations.AddIndex(
            model_name="letteralternative",
            index=models.Index(fields=["sha256"], name="letter_alternative_by_sha256"),
        ),
    ]
