"""Demonstration casework: real councils and published totals, invented cases.

Pure and repeatable: the same files, byte for byte, on every machine. Nothing here knows of a
database; `manage.py demo` loads the files through the commands that people use.
"""
