"""Only the names in `linalg` are here."""

from scipy.sparse import linalg
