#!/usr/bin/env python
"""Django's command-line entry point."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombudsman.settings")
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run 'make install', then use .venv/bin/python.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"Not started: {error}")
    finally:
        if settings.configured:
            close_pools()


def close_pools() -> None:
    """A pool of connections left open would keep the command waiting for its threads."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        if close_pool := getattr(connection, "close_pool", None):
            connection.close()
            close_pool()


if __name__ == "__main__":
    main()
