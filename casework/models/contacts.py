"""The officers of authorities."""

from django.db import models
from django.db.models import Q

from casework.choices import ContactRole
from casework.conditions import in_order, one_of
from casework.models.authorities import Authority
from casework.querysets import ContactQuerySet


class Contact(models.Model):
    """An officer of an authority and the days in office; one holder of a role at a time."""

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="contacts")
    role = models.CharField(max_length=20, choices=ContactRole)
    title = models.CharField(max_length=40, blank=True, help_text="Ms, Mr, Dr and so on.")
    forenames = models.CharField(max_length=100, blank=True)
    surname = models.CharField(max_length=100)
    job_title = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    starts_on = models.DateField("in office from")
    ends_on = models.DateField("in office to", null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["authority", "role", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="contact_first_day_not_after_last", condition=in_order("starts_on", "ends_on")
            ),
            models.CheckConstraint(
                name="contact_role_known", condition=one_of("role", ContactRole)
            ),
            models.CheckConstraint(name="contact_surname_given", condition=~Q(surname="")),
            models.UniqueConstraint(
                name="contact_one_start_a_day", fields=["authority", "role", "starts_on"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name} ({self.get_role_display()})"

    @property
    def printed_name(self) -> str:
        """Title and surname; without a title, forenames and surname."""
        return f"{self.title or self.forenames} {self.surname}".strip()
