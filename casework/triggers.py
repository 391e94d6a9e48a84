"""Rules that compare rows, and rows that never change, held by the database itself.

A migration lists them as operations. SQLite and PostgreSQL read the same conditions; altering a
table on SQLite drops its triggers without a word, so a migration that alters a guarded table has to
list its operations again, and a test compares the triggers there are with those there should be.
"""

from typing import Any, ClassVar

from django.db.migrations.operations.base import Operation

POSTGRESQL = "postgresql"
EVENT_ENDINGS = {"INSERT": "i", "UPDATE": "u", "DELETE": "d"}


class TriggerOperation(Operation):
    """A rule of one table, as one trigger or more; its arguments are the class's `arguments`."""

    reduces_to_sql = True
    reversible = True
    arguments: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[dict[str, Any]] = {}
    name: str
    table: str

    def __init__(self, **arguments: Any) -> None:
        arguments = self.defaults | arguments
        for argument in self.arguments:
            setattr(self, argument, arguments.pop(argument))
        if arguments:
            raise TypeError(f"{type(self).__name__} takes no {', '.join(arguments)}")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [], {name: getattr(self, name) for name in self.arguments})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for sql in self.make(schema_editor.connection.vendor):
            schema_editor.execute(sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        vendor = schema_editor.connection.vendor
        for name in self.trigger_names(vendor):
            if vendor == POSTGRESQL:
                schema_editor.execute(f"DROP TRIGGER {name} ON {self.table}", params=None)
                schema_editor.execute(f"DROP FUNCTION {name}()", params=None)
            else:
                schema_editor.execute(f"DROP TRIGGER {name}", params=None)

    def describe(self) -> str:
        return f"{type(self).__name__} on {self.table}: {self.name}"

    def trigger_names(self, vendor: str) -> list[str]:
        """The triggers this rule consists of."""
        return [self.name]

    def make(self, vendor: str) -> list[str]:
        """The statements that put the rule in force."""
        return []

    def function(self, body: str) -> str:
        """PostgreSQL keeps what a trigger does in a function of the same name."""
        return (
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{body} END $$"
        )


class Refuse(TriggerOperation):
    """Refuses a change to a row while `condition` (portable SQL over NEW and OLD) is true.

    `events` are INSERT, DELETE, UPDATE or `UPDATE OF column, …`; `message` is what the person who
    tries is told, as an IntegrityError. `lock` names the row, as `table WHERE … FOR …`, that two
    writers would both have to change to break the rule: PostgreSQL makes the second wait for the
    first, SQLite has one writer at a time as it is.
    """

    arguments = ("name", "table", "events", "condition", "message", "lock")
    defaults: ClassVar[dict[str, Any]] = {"lock": ""}
    events: list[str]
    condition: str
    message: str
    lock: str

    def trigger_names(self, vendor: str) -> list[str]:
        if vendor == POSTGRESQL:
            return [self.name]
        return [f"{self.name}_{EVENT_ENDINGS[event.split()[0]]}" for event in self.events]

    def make(self, vendor: str) -> list[str]:
        message = self.message.replace("'", "''")
        if vendor == POSTGRESQL:
            refusal = f"RAISE EXCEPTION USING MESSAGE = '{message}', ERRCODE = 'check_violation'"
            first = f"PERFORM 1 FROM {self.lock}; " if self.lock else ""
            return [
                self.function(
                    f"{first}IF {self.condition} THEN {refusal}; END IF; "
                    "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
                f"CREATE TRIGGER {self.name} BEFORE {' OR '.join(self.events)} ON {self.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
            ]
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} WHEN {self.condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for name, event in zip(self.trigger_names(vendor), self.events, strict=True)
        ]


class RefuseTruncate(TriggerOperation):
    """Refuses TRUNCATE, which row triggers miss; SQLite has no such statement."""

    arguments = ("name", "table", "message")
    message: str

    def trigger_names(self, vendor: str) -> list[str]:
        return [self.name] if vendor == POSTGRESQL else []

    def make(self, vendor: str) -> list[str]:
        if vendor != POSTGRESQL:
            return []
        message = self.message.replace("'", "''")
        return [
            self.function(
                f"RAISE EXCEPTION USING MESSAGE = '{message}', ERRCODE = 'check_violation';"
            ),
            f"CREATE TRIGGER {self.name} BEFORE TRUNCATE ON {self.table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {self.name}()",
        ]


class Follow(TriggerOperation):
    """Keeps what a row repeats of another row equal to it.

    After an update that changes any of `columns` of `table`, `statement` (portable SQL over NEW)
    is run.
    """

    arguments = ("name", "table", "columns", "statement")
    columns: list[str]
    statement: str

    def make(self, vendor: str) -> list[str]:
        differs = "IS DISTINCT FROM" if vendor == POSTGRESQL else "IS NOT"
        changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in self.columns)
        trigger = (
            f"CREATE TRIGGER {self.name} AFTER UPDATE OF {', '.join(self.columns)} ON {self.table}"
        )
        if vendor == POSTGRESQL:
            return [
                self.function(f"{self.statement}; RETURN NULL;"),
                f"{trigger} FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {self.name}()",
            ]
        return [f"{trigger} WHEN {changed} BEGIN {self.statement}; END"]
