"""`jupyter-book build . -W -n --keep-going`, 1.7 s sooner: `python -m tools.build [folder] [other
options]`.

jsonschema, which Jupyter Book reads its configuration with, compiles 38 grammars of addresses when
it is imported, if the package that holds them is installed (JupyterLab brings it). The book checks
no address: here the package is not found.
"""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> None:
    """Run Jupyter Book."""
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyter_book.cli.main import main as jupyter_book

    jupyter_book(["build", *(arguments or ["."]), "-W", "-n", "--keep-going"])


if __name__ == "__main__":
    main(sys.argv[1:])
