"""Letters as plain values: what a letter says, before anything draws it. No Django, no PDF."""
