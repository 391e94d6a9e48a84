"""How log lines are written: without the rows they are about."""

import logging
import re

# PostgreSQL explains a broken constraint by quoting the row: "DETAIL:  Failing row contains (…)".
# Such a row may hold a complainant's name and address, which have no place in a log.
ROW_QUOTED_BY_POSTGRESQL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


class RowlessFormatter(logging.Formatter):
    """The standard formatter, leaving out what PostgreSQL quotes from a row."""

    def format(self, record: logging.LogRecord) -> str:
        return ROW_QUOTED_BY_POSTGRESQL.sub(r"\1: left out of the log", super().format(record))
