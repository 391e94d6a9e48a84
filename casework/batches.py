"""Which batch of changes the running code belongs to, for the triggers that write the history."""

from contextvars import ContextVar

current_batch: ContextVar[int | None] = ContextVar("current_batch", default=None)
