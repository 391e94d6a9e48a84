"""Figures as plain values: counts, rates, intervals and averages. No Django, no database."""
