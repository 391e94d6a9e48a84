"""Rules that compare rows, and rows that never change, held by the database itself.

A migration lists them as operations. SQLite and PostgreSQL read the same conditions; altering a
table on SQLite drops its triggers without a word, so a migration that alters a guarded table has to
list its operations again, and a test compares the triggers there are with those there should be.
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.migrations.operations.base import Operation

POSTGRESQL = "postgresql"
# How a trigger learns in which batch it runs, and where PostgreSQL keeps that.
BATCH = "casework_batch()"
BATCH_SETTING = "casework.batch"

NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')", POSTGRESQL: "clock_timestamp()"}
EVENT_ENDINGS = {"INSERT": "i", "UPDATE": "u", "DELETE": "d"}

# `NoteChange`: tokens are below this, so that many add up within a bigint; and how many stay.
TOKENS = 2**48
NOTES_KEPT = 64


# `days_later(column, 42)`: the day so many days after that of a column.
DAYS_LATER = re.compile(r"days_later\(([\w.]+), ([0-9]+)\)")


def portable(sql: str, vendor: str) -> str:
    """What the databases write differently: days later, IS DISTINCT FROM and REGEXP.

    SQLite below 3.39 has another word for the second; Django teaches it the third.
    """
    if vendor == POSTGRESQL:
        return DAYS_LATER.sub(r"(\1 + \2)", sql).replace(" REGEXP ", " ~ ")
    return DAYS_LATER.sub(r"date(\1, '+\2 days')", sql).replace("IS DISTINCT FROM", "IS NOT")


def changed_in(columns: Iterable[str]) -> str:
    """The condition that an update changes any of these columns."""
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)


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
    """Refuses a change to a row while `when` and `condition` (portable SQL) are true.

    Both are over NEW and OLD; `when` asks no table, so that PostgreSQL need not call a function.

    `events` are INSERT, DELETE, UPDATE or `UPDATE OF column, …`; `message` is what the person who
    tries is told, as an IntegrityError. `lock` names the row, as `table WHERE … FOR …`, that two
    writers would both have to change to break the rule: PostgreSQL makes the second wait for the
    first, SQLite has one writer at a time as it is.
    """

    arguments = ("name", "table", "events", "when", "condition", "message", "lock")
    defaults: ClassVar[dict[str, Any]] = {"when": "TRUE", "lock": ""}
    events: list[str]
    when: str
    condition: str
    message: str
    lock: str

    def condition_for(self, vendor: str) -> str:
        return portable(self.condition, vendor)

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
                    f"{first}IF {self.condition_for(vendor)} THEN {refusal}; END IF; "
                    "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
                f"CREATE TRIGGER {self.name} BEFORE {' OR '.join(self.events)} ON {self.table} "
                f"FOR EACH ROW WHEN ({portable(self.when, vendor)}) "
                f"EXECUTE FUNCTION {self.name}()",
            ]
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} "
            f"WHEN ({portable(self.when, vendor)}) AND ({self.condition_for(vendor)}) "
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
        changed = portable(changed_in(self.columns), vendor)
        trigger = (
            f"CREATE TRIGGER {self.name} AFTER UPDATE OF {', '.join(self.columns)} ON {self.table}"
        )
        if vendor == POSTGRESQL:
            return [
                self.function(f"{self.statement}; RETURN NULL;"),
                f"{trigger} FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {self.name}()",
            ]
        return [f"{trigger} WHEN {changed} BEGIN {self.statement}; END"]


class After(TriggerOperation):
    """Runs `statement` (portable SQL over NEW and OLD) after `event` while `condition` is true.

    The condition asks no table. `event` is INSERT, DELETE, UPDATE or `UPDATE OF column, …`; `lock`
    is as in `Refuse`.
    """

    arguments = ("name", "table", "event", "condition", "statement", "lock")
    defaults: ClassVar[dict[str, Any]] = {"lock": ""}
    event: str
    condition: str
    statement: str
    lock: str

    def make(self, vendor: str) -> list[str]:
        condition = portable(self.condition, vendor)
        trigger = f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table}"
        if vendor == POSTGRESQL:
            first = f"PERFORM 1 FROM {self.lock}; " if self.lock else ""
            return [
                self.function(f"{first}{self.statement}; RETURN NULL;"),
                f"{trigger} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {self.name}()",
            ]
        return [f"{trigger} WHEN {condition} BEGIN {self.statement}; END"]


class FullText(TriggerOperation):
    """Makes the words of a text column findable in rows that `shown` (SQL over {row}) holds for.

    PostgreSQL has an index for that; SQLite a table of words, `name`, which triggers keep in step.
    The text of a row that is shown must not change.
    """

    arguments = ("name", "table", "column", "shown")
    column: str
    shown: str

    def trigger_names(self, vendor: str) -> list[str]:
        return [] if vendor == POSTGRESQL else [f"{self.name}_{event}" for event in "iud"]

    def make(self, vendor: str) -> list[str]:
        if vendor == POSTGRESQL:
            return [
                f"CREATE INDEX {self.name} ON {self.table} "
                f"USING gin (to_tsvector('english', {self.column})) "
                f"WHERE {self.shown.format(row=self.table)}"
            ]
        old, new = (f"({self.shown.format(row=row)})" for row in ("OLD", "NEW"))
        add = f"INSERT INTO {self.name} (rowid, {self.column}) VALUES (NEW.id, NEW.{self.column})"
        remove = (
            f"INSERT INTO {self.name} ({self.name}, rowid, {self.column}) "
            f"VALUES ('delete', OLD.id, OLD.{self.column})"
        )
        return [
            f"CREATE VIRTUAL TABLE {self.name} USING fts5({self.column}, "
            f"content='{self.table}', content_rowid='id', "
            "tokenize='porter unicode61 remove_diacritics 2')",
            f"INSERT INTO {self.name} (rowid, {self.column}) SELECT id, {self.column} "
            f"FROM {self.table} WHERE {self.shown.format(row=self.table)}",
            f"CREATE TRIGGER {self.name}_i AFTER INSERT ON {self.table} WHEN {new} "
            f"BEGIN {add}; END",
            f"CREATE TRIGGER {self.name}_u AFTER UPDATE ON {self.table} WHEN {old} <> {new} BEGIN "
            f"INSERT INTO {self.name} ({self.name}, rowid, {self.column}) "
            f"SELECT 'delete', OLD.id, OLD.{self.column} WHERE {old}; "
            f"INSERT INTO {self.name} (rowid, {self.column}) "
            f"SELECT NEW.id, NEW.{self.column} WHERE {new}; END",
            f"CREATE TRIGGER {self.name}_d AFTER DELETE ON {self.table} WHEN {old} "
            f"BEGIN {remove}; END",
        ]

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == POSTGRESQL:
            schema_editor.execute(f"DROP INDEX {self.name}", params=None)
            return
        super().database_backwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute(f"DROP TABLE {self.name}", params=None)


class Words(TriggerOperation):
    """Makes the words of text columns findable in every row; who asks says which may be seen.

    PostgreSQL keeps them in a column `words` with an index, SQLite in a table `{table}_words`, its
    columns the same, which triggers keep in step.
    """

    arguments = ("name", "table", "columns")
    columns: list[str]

    def trigger_names(self, vendor: str) -> list[str]:
        return [] if vendor == POSTGRESQL else [f"{self.name}_{event}" for event in "iud"]

    def make(self, vendor: str) -> list[str]:
        if vendor == POSTGRESQL:
            text = " || ' ' || ".join(self.columns)
            return [
                f"ALTER TABLE {self.table} ADD COLUMN words tsvector "
                f"GENERATED ALWAYS AS (to_tsvector('english', {text})) STORED",
                f"CREATE INDEX {self.name} ON {self.table} USING gin (words)",
            ]
        words, columns = f"{self.table}_words", ", ".join(self.columns)
        add, remove = (
            f"INSERT INTO {words} ({first}rowid, {columns}) VALUES ({command}{row}.id, "
            + ", ".join(f"{row}.{column}" for column in self.columns)
            + ")"
            for first, command, row in (("", "", "NEW"), (f"{words}, ", "'delete', ", "OLD"))
        )
        changed = portable(changed_in(["id", *self.columns]), vendor)
        return [
            f"CREATE VIRTUAL TABLE {words} USING fts5({columns}, content='{self.table}', "
            "content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
            f"INSERT INTO {words} ({words}) VALUES ('rebuild')",
            f"CREATE TRIGGER {self.name}_i AFTER INSERT ON {self.table} BEGIN {add}; END",
            f"CREATE TRIGGER {self.name}_u AFTER UPDATE ON {self.table} WHEN {changed} "
            f"BEGIN {remove}; {add}; END",
            f"CREATE TRIGGER {self.name}_d AFTER DELETE ON {self.table} BEGIN {remove}; END",
        ]

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == POSTGRESQL:
            schema_editor.execute(f"ALTER TABLE {self.table} DROP COLUMN words", params=None)
            return
        super().database_backwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute(f"DROP TABLE {self.table}_words", params=None)


class NameBatches(TriggerOperation):
    """The function by which triggers learn in which batch they run.

    SQLite has it from `casework.apps`, on every connection; so a program that does not know it
    cannot write past the history. PostgreSQL reads a setting of the transaction.
    """

    arguments = ("name", "table")

    def make(self, vendor: str) -> list[str]:
        if vendor != POSTGRESQL:
            return []
        return [
            f"CREATE FUNCTION {BATCH} RETURNS bigint LANGUAGE sql STABLE AS "
            f"$$ SELECT nullif(current_setting('{BATCH_SETTING}', true), '')::bigint $$"
        ]

    def trigger_names(self, vendor: str) -> list[str]:
        return []

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == POSTGRESQL:
            schema_editor.execute(f"DROP FUNCTION {BATCH}", params=None)


class KeepHistory(TriggerOperation):
    """Writes a `Change` of each row added, changed or removed, with the fields that changed.

    `record` is the model as history names it, with all its columns as they are at this point of the
    migrations but those `left_out`; `case` is the id of its complaint as SQL over `{row}`, or "".
    A change of what is left out alone is no change.
    """

    arguments = ("name", "table", "record", "case", "left_out")
    defaults: ClassVar[dict[str, Any]] = {"case": "", "left_out": ()}
    record: str
    case: str
    left_out: tuple[str, ...]
    key: str
    columns: list[str]

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(self.record)
        self.key = model._meta.pk.column
        self.columns = [
            field.column
            for field in model._meta.local_concrete_fields
            if not field.primary_key and field.column not in self.left_out
        ]
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def trigger_names(self, vendor: str) -> list[str]:
        return [f"{self.name}_{ending}" for ending in EVENT_ENDINGS.values()]

    def make(self, vendor: str) -> list[str]:
        changed = portable(changed_in(self.columns), vendor)
        events = {
            "INSERT": ("NEW", "+", "NULL", self.whole("NEW", vendor), "TRUE"),
            "UPDATE": (
                "NEW", "~", self.part("OLD", vendor), self.part("NEW", vendor), changed,
            ),
            "DELETE": ("OLD", "-", self.whole("OLD", vendor), "NULL", "TRUE"),
        }  # fmt: skip
        statements = []
        for event, (row, action, before, after, condition) in events.items():
            name = f"{self.name}_{EVENT_ENDINGS[event]}"
            case = self.case.format(row=row) or "NULL"
            insert = (  # no value from outside gets into it
                "INSERT INTO casework_change (batch_id, record, record_id, case_id, action, "
                '"before", "after", changed_at) '
                f"VALUES ({BATCH}, '{self.record}', {row}.{self.key}, {case}, '{action}', "
                f"{before}, {after}, {NOW[vendor]})"
            )
            trigger = f"CREATE TRIGGER {name} AFTER {event} ON {self.table} FOR EACH ROW "
            if vendor == POSTGRESQL:
                statements += [
                    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN {insert}; RETURN NULL; END $$",
                    f"{trigger} WHEN ({condition}) EXECUTE FUNCTION {name}()",
                ]
            else:
                statements.append(f"{trigger} WHEN {condition} BEGIN {insert}; END")
        return statements

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for name in self.trigger_names(schema_editor.connection.vendor):
            if schema_editor.connection.vendor == POSTGRESQL:
                schema_editor.execute(f"DROP TRIGGER {name} ON {self.table}", params=None)
                schema_editor.execute(f"DROP FUNCTION {name}()", params=None)
            else:
                schema_editor.execute(f"DROP TRIGGER {name}", params=None)

    def whole(self, row: str, vendor: str) -> str:
        """All fields of a row as JSON."""
        make = "jsonb_build_object" if vendor == POSTGRESQL else "json_object"
        return f"{make}({', '.join(f"'{name}', {row}.{name}" for name in self.columns)})"

    def part(self, row: str, vendor: str) -> str:
        """The fields that an update changes as JSON."""
        parts = " || ".join(
            f"CASE WHEN OLD.{name} IS DISTINCT FROM NEW.{name} "
            f"""THEN ',"{name}":' || {self.quoted(f"{row}.{name}", vendor)} ELSE '' END"""
            for name in self.columns
        )
        json = f"'{{' || substr({parts}, 2) || '}}'"
        return f"({json})::jsonb" if vendor == POSTGRESQL else portable(json, vendor)

    def quoted(self, value: str, vendor: str) -> str:
        if vendor == POSTGRESQL:
            return f"coalesce(to_json({value})::text, 'null')"
        return f"json_quote({value})"


class NoteChange(TriggerOperation):
    """Adds a row to the table `into` when rows of `table` change, once a transaction.

    So whoever reads the sum of its `token` sees another as soon as the change is seen. PostgreSQL
    notes TRUNCATE too. A transaction adds a row of its own, so that none waits for another, and
    takes old rows that nobody else is taking; SQLite, with one writer at a time, has one row.
    """

    arguments = ("name", "table", "into")
    into: str

    def trigger_names(self, vendor: str) -> list[str]:
        if vendor == POSTGRESQL:
            return [self.name, f"{self.name}_t"]
        return [f"{self.name}_{ending}" for ending in EVENT_ENDINGS.values()]

    def make(self, vendor: str) -> list[str]:
        row, truncate = self.name, f"{self.name}_t"
        if vendor == POSTGRESQL:
            setting = f"'{self.into.replace('_', '.', 1)}'"
            body = (
                f"IF current_setting({setting}, true) IS DISTINCT FROM 'noted' THEN "
                f"PERFORM set_config({setting}, 'noted', true); "
                f"INSERT INTO {self.into} (token) "
                f"VALUES (floor(random() * {TOKENS})::bigint); "
                f"DELETE FROM {self.into} WHERE id IN (SELECT id FROM {self.into} "
                f"WHERE id < (SELECT max(id) FROM {self.into}) - {NOTES_KEPT} "
                "FOR UPDATE SKIP LOCKED); END IF; RETURN NULL;"
            )
            return [
                *(
                    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN {body} END $$"
                    for name in (row, truncate)
                ),
                f"CREATE TRIGGER {row} AFTER INSERT OR UPDATE OR DELETE ON {self.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {row}()",
                f"CREATE TRIGGER {truncate} AFTER TRUNCATE ON {self.table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {truncate}()",
            ]
        return [
            f"CREATE TRIGGER {self.name}_{ending} AFTER {event} ON {self.table} BEGIN "
            f"DELETE FROM {self.into}; "
            f"INSERT INTO {self.into} (token) VALUES (abs(random() % {TOKENS})); END"
            for event, ending in EVENT_ENDINGS.items()
        ]


class Lift(Operation):
    """Takes a rule of an earlier migration out of force, so that another can stand in its place."""

    reversible = True

    def __init__(self, rule: TriggerOperation) -> None:
        self.rule = rule

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.rule], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.rule.database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.rule.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Lifts {self.rule.name}"
