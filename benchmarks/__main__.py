"""Run benchmarks: `python -m benchmarks` runs all and writes benchmarks/README.md, `python -m benchmarks methods` prints one.

Every bench_*.py is a benchmark: run by itself as a module it prints its section, a heading and a table in Markdown. Each has a
process of its own, so that none slows another down by what it imports or how many threads it sets.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
INTRODUCTION = """# Benchmarks

What `make bench` printed last. All ways in a table were timed in turns in one run and their best turns compared, so that the
ratios hold on other machines too, and other load falls on all alike. Where a library is not installed, its column says so.

"""


def run(name: str) -> str:
    """The section that a benchmark prints, also shown while it comes."""
    lines = []
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode != 0:
        sys.exit(f"benchmarks/{name}.py failed; README.md is as it was")
    return "".join(lines).strip() + "\n"


def machine() -> str:
    """What it ran on: versions, cores, and how busy they were with other work before."""
    versions = [f"Python {platform.python_version()}"]
    for name in ("numpy", "scipy", "torch", "jax", "optax"):
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"no {name}")
    busy = f", {os.getloadavg()[0]:.1f} busy before" if hasattr(os, "getloadavg") else ""
    return f"{', '.join(versions)}; {os.cpu_count()} cores{busy}, {platform.machine()}.\n"


def main() -> None:
    known = sorted(path.stem for path in HERE.glob("bench_*.py"))
    asked = [f"bench_{name.removeprefix('bench_')}" for name in sys.argv[1:]]
    if unknown := [name for name in asked if name not in known]:
        sys.exit(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    introduction = INTRODUCTION + machine()
    sections = [run(name) for name in asked or known]
    if not asked:
        (HERE / "README.md").write_text("\n".join([introduction, *sections]), encoding="utf-8")


if __name__ == "__main__":
    main()
