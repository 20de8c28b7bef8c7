"""Lanczos' method is not in the page: the names are here to be imported."""


class ArpackError(RuntimeError):
    """An error of Lanczos' method."""


def _absent(*arguments, **options):
    raise NotImplementedError("Lanczos' method is not in the page")


LinearOperator = eigsh = _absent
