"""Public pages: frozen rows only."""
