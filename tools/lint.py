"""Everything that is checked without running the book: `python -m tools.lint`. Each check runs,
whatever the others say.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STYLED = ["gdcore/explore", "gdcore/inpage", "tools/lab", "_static"]

CHECKS = {
    "code": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--quiet", "--check", "."],
    "types": ["mypy", "--no-error-summary"],
    "JavaScript and CSS": ["biome", "lint", "--colors=off", "--error-on-warnings", *STYLED],
    "cells of notebooks": ["python", "-m", "tools.cell_rules"],
    "prose": ["python", "-m", "tools.prose"],
}


def program(name: str) -> str | None:
    """The path of a program of this environment."""
    return sys.executable if name == "python" else shutil.which(name, path=sysconfig.get_path("scripts"))


def run(name: str, command: list[str]) -> bool:
    """Whether a check passes; what it says is printed. biome has wheels for Linux on x86-64 alone:
    elsewhere it is left out.
    """
    path = program(command[0])
    if path is None and command[0] == "biome" and (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        print(f"{name}: not checked, {command[0]} cannot be had as a wheel on this system")
        return True
    if path is None:
        print(f"{name}: {command[0]} is missing; pip install -r requirements-author.txt")
        return False
    passed = subprocess.run([path, *command[1:]], cwd=ROOT).returncode == 0
    print(f"{name}: {'good' if passed else 'see above'}", flush=True)
    return passed


def main() -> int:
    """Run every check; 1 if one of them fails."""
    results = [run(name, command) for name, command in CHECKS.items()]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
