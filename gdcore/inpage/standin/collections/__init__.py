"""Only `abc` is here."""
