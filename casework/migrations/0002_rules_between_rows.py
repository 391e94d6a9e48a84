"""Rules that compare rows with one another, as triggers on both databases."""

from django.db import migrations

from casework.triggers import Follow, Refuse

NOT_IN_FORCE = """NOT EXISTS (
    SELECT 1 FROM casework_authority a WHERE a.id = NEW.authority_id
    AND (a.starts_on IS NULL OR a.starts_on <= NEW.received_on)
    AND (a.ends_on IS NULL OR a.ends_on >= NEW.received_on))"""

OUTSIDE_ITS_DAYS = """EXISTS (
    SELECT 1 FROM casework_complaint c WHERE c.authority_id = NEW.id
    AND (c.received_on < NEW.starts_on OR c.received_on > NEW.ends_on))"""

UNLIKE_ITS_COMPLAINT = """NOT EXISTS (
    SELECT 1 FROM casework_complaint c WHERE c.id = NEW.complaint_id
    AND c.authority_id = NEW.authority_id AND c.received_on = NEW.received_on
    AND c.category = NEW.category)"""

SAME_DAYS = """EXISTS (
    SELECT 1 FROM casework_contact o
    WHERE o.authority_id = NEW.authority_id AND o.role = NEW.role
    AND o.starts_on <= COALESCE(NEW.ends_on, '9999-12-31')
    AND COALESCE(o.ends_on, '9999-12-31') >= NEW.starts_on"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]

    operations = [
        Refuse(
            name="complaint_authority_in_force",
            table="casework_complaint",
            events=["INSERT", "UPDATE OF authority_id, received_on"],
            condition=NOT_IN_FORCE,
            message="The authority was not in force on the day the complaint was received.",
            lock="casework_authority WHERE id = NEW.authority_id FOR SHARE",
        ),
        Refuse(
            name="authority_days_hold_its_complaints",
            table="casework_authority",
            events=["UPDATE OF starts_on, ends_on"],
            condition=OUTSIDE_ITS_DAYS,
            message="There are complaints received when the authority would not be in force.",
        ),
        Refuse(
            name="decision_like_its_complaint",
            table="casework_decision",
            events=["INSERT", "UPDATE OF complaint_id, authority_id, received_on, category"],
            condition=UNLIKE_ITS_COMPLAINT,
            message="A decision carries the authority, received date and category of its complaint.",
            lock="casework_complaint WHERE id = NEW.complaint_id FOR SHARE",
        ),
        Follow(
            name="decision_follows_complaint",
            table="casework_complaint",
            columns=["authority_id", "received_on", "category"],
            statement=(
                "UPDATE casework_decision SET authority_id = NEW.authority_id, "
                "received_on = NEW.received_on, category = NEW.category "
                "WHERE complaint_id = NEW.id"
            ),
        ),
        Refuse(
            name="contact_one_holder_new",
            table="casework_contact",
            events=["INSERT"],
            condition=SAME_DAYS + ")",
            message="Somebody else holds this role on some of these days.",
            lock="casework_authority WHERE id = NEW.authority_id FOR NO KEY UPDATE",
        ),
        Refuse(
            name="contact_one_holder_changed",
            table="casework_contact",
            events=["UPDATE OF authority_id, role, starts_on, ends_on"],
            condition=SAME_DAYS + " AND o.id <> NEW.id)",
            message="Somebody else holds this role on some of these days.",
            lock="casework_authority WHERE id = NEW.authority_id FOR NO KEY UPDATE",
        ),
        Refuse(
            name="recommendation_only_if_upheld",
            table="casework_recommendation",
            events=["INSERT", "UPDATE OF decision_id"],
            condition=(
                "NOT EXISTS (SELECT 1 FROM casework_decision d "
                "WHERE d.id = NEW.decision_id AND d.outcome = 'upheld')"
            ),
            message="Only an upheld decision has recommendations.",
            lock="casework_decision WHERE id = NEW.decision_id FOR SHARE",
        ),
        Refuse(
            name="decision_with_recommendations_upheld",
            table="casework_decision",
            events=["UPDATE OF outcome"],
            condition=(
                "NEW.outcome <> 'upheld' AND EXISTS (SELECT 1 FROM casework_recommendation r "
                "WHERE r.decision_id = NEW.id)"
            ),
            message="A decision with recommendations is upheld.",
        ),
    ]
