"""How log lines are written: without the rows they are about."""

import logging
import re

# PostgreSQL explains a broken constraint by quoting the row: "DETAIL:  Failing row contains (…)".
# Such a row may hold a complainant's name and address, which have no place in a log. An address has
# lines of its own, so all is dropped up to where Python goes on.
ROW_QUOTED_BY_POSTGRESQL = re.compile(
    r"^(DETAIL|CONTEXT):.*?"
    r"(?=^Traceback \(most recent call last\):|^The above exception was |^During handling of |\Z)",
    re.MULTILINE | re.DOTALL,
)


class RowlessFormatter(logging.Formatter):
    """The standard formatter, leaving out what PostgreSQL quotes from a row."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return ROW_QUOTED_BY_POSTGRESQL.sub("\\1: left out of the log\n", line).rstrip("\n")
