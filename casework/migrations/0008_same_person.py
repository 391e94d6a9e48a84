"""Finding the other cases of a person without reading every complainant."""

from django.db import migrations, models
from django.db.models.functions import Lower, Upper


class Migration(migrations.Migration):
    dependencies = [("casework", "0007_bank_holidays")]

    operations = [
        migrations.AddIndex(
            model_name="complainant",
            index=models.Index(Lower("email"), name="complainant_email"),
        ),
        migrations.AddIndex(
            model_name="complainant",
            index=models.Index(Upper("postcode"), Lower("name"), name="complainant_postcode_name"),
        ),
    ]
