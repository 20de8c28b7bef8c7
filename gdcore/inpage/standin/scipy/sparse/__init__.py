"""Only the names in `linalg` are here."""
