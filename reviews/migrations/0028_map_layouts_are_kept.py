"""Where councils stand on the map of a round never changes once its figures are frozen."""

from django.db import migrations

from casework.triggers import Refuse, RefuseTruncate

FROZEN = "reviews_maplayout"
MESSAGE = "A frozen map cannot be changed; freeze the round again."


class Migration(migrations.Migration):
    dependencies = [("reviews", "0027_map_layouts")]

    operations = [
        Refuse(
            name="maplayout_frozen",
            table=FROZEN,
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=MESSAGE,
        ),
        RefuseTruncate(name="maplayout_not_truncated", table=FROZEN, message=MESSAGE),
        Refuse(
            name="maplayout_not_replaced",
            table=FROZEN,
            events=["INSERT"],
            condition=(
                f"EXISTS (SELECT 1 FROM {FROZEN} o "
                "WHERE o.freeze_id = NEW.freeze_id AND o.layer = NEW.layer)"
            ),
            message=MESSAGE,
        ),
        # Or a map that was public would look otherwise one day.
        Refuse(
            name="maplayout_with_its_freeze",
            table=FROZEN,
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_freeze f JOIN reviews_round r ON r.id = f.round_id "
                "WHERE f.id = NEW.freeze_id AND r.freeze_id >= f.id)"
            ),
            message="A map is frozen together with the round, never later.",
        ),
    ]
