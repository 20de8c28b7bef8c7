"""Say which page to open, and open it: `python -m tools.address _build/html/index.html --open`."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path


def address(page: Path) -> str:
    """The page's address: characters that mean something in addresses, such as # and %, are
    escaped.
    """
    return page.resolve().as_uri()


def main() -> None:
    """Print the page's path; open it in the default browser if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tools.address", description="Say which page to open, and open it.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--open", action="store_true", help="open it in the default browser")
    arguments = parser.parse_args()
    print(f"The book is ready: open {arguments.page.resolve()}")
    if arguments.open and not webbrowser.open(address(arguments.page)):
        print("No browser was found to open it with.")


if __name__ == "__main__":
    main()
