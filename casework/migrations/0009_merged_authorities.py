"""An authority merged into another has no cases and gets none."""

from django.db import migrations

from casework.triggers import Refuse


class Migration(migrations.Migration):
    dependencies = [("casework", "0008_same_person")]

    operations = [
        Refuse(
            name="complaint_authority_not_merged",
            table="casework_complaint",
            events=["INSERT", "UPDATE OF authority_id"],
            condition=(
                "EXISTS (SELECT 1 FROM casework_authority a WHERE a.id = NEW.authority_id "
                "AND a.merged_into_id IS NOT NULL)"
            ),
            message="The authority was merged into another: choose that one.",
            lock="casework_authority WHERE id = NEW.authority_id FOR SHARE",
        ),
        Refuse(
            name="authority_merged_without_cases",
            table="casework_authority",
            events=["UPDATE OF merged_into_id"],
            condition=(
                "NEW.merged_into_id IS NOT NULL AND EXISTS ("
                "SELECT 1 FROM casework_complaint c WHERE c.authority_id = NEW.id)"
            ),
            message="The authority still has complaints, which have to move first.",
        ),
    ]
