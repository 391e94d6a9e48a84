from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from casework.batches import current_batch


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "Casework"

    def ready(self) -> None:
        connection_created.connect(tell_sqlite_the_batch, dispatch_uid="casework.batch")


def tell_sqlite_the_batch(*, connection: Any, **kwargs: Any) -> None:
    """Gives SQLite the function that the triggers of the history ask for the batch."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("casework_batch", 0, current_batch.get)
