"""Only `blas` is here."""
