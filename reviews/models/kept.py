"""Public pages kept ready to be served, and what says that they no longer stand."""

from django.db import models

# The longest path that a page is kept under; every public address is far shorter.
PATH_LENGTH = 500


class PublicChange(models.Model):
    """One transaction that changed what public pages read: triggers write it, nobody else.

    The sum of the tokens is the stamp of what is public now. Every such commit makes it another: a
    transaction adds a row of its own and waits for nobody, and what a reader sees of the sum is
    what the same reader sees of the other tables. Triggers remove old rows, which changes the sum
    once more and no harm is done.
    """

    token = models.BigIntegerField(help_text="By chance, below 2 to the power of 48.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Change {self.pk} of what is public"


class KeptPage(models.Model):
    """The answer of one public address, as it was made last.

    It is served while all of this holds: nothing public changed since (`stamp`), the same software
    would make it (`software`), and no instant at which time alone changes what is public lies
    between its making and the reader (`made_at` up to, not including, `good_until`).
    """

    path = models.CharField(max_length=PATH_LENGTH, primary_key=True)
    stamp = models.BigIntegerField()
    software = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    good_until = models.DateTimeField()
    etag = models.CharField(max_length=100)
    headers = models.TextField(help_text="What the view said, as JSON.")
    body = models.BinaryField()

    class Meta:
        ordering = ["path"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.path
