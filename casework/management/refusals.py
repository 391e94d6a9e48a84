"""Commands that say no in one line a problem on stderr, with exit status 1."""

import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.refusals import Refused


class RefusingCommand(BaseCommand):
    """Turns what an action refuses, and arguments it cannot read, into such lines."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def refuse(message: str) -> NoReturn:
            line = f"{message}; see {prog_name} {subcommand} --help"
            if not parser.called_from_command_line:
                raise CommandError(line)
            sys.stderr.write(f"CommandError: {line}\n")
            sys.exit(1)

        parser.error = refuse  # type: ignore[method-assign]
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Refused as refusal:
            raise CommandError("\n".join(refusal.problems)) from None
