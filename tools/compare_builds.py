"""Build the whole book twice from nothing, by one process and by several under load, and name the
files that differ.

`python -m tools.compare_builds` ends with exit code 1 where there are any.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Keep the machine busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def build(target: Path, **environment: str) -> Path:
    """Build the book under `target` and return the folder of its pages."""
    command = [sys.executable, "-P", str(ROOT / "tools" / "build.py"), str(ROOT), "--path-output", str(target)]
    subprocess.run(command, check=True, env=os.environ | environment, stdout=subprocess.DEVNULL)
    return target / "_build" / "html"


def differences(first: Path, second: Path) -> list[str]:
    """The files that one of two folders lacks, or that are not the same byte for byte."""
    both = [{str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()} for folder in (first, second)]
    names = sorted(both[0].keys() | both[1].keys())
    return [
        name for name in names if not all(name in side for side in both) or len({side[name].read_bytes() for side in both}) > 1
    ]


def main() -> None:
    """Compare."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        one = build(Path(folder, "one"), DOWNHILL_JOBS="1")
        with load(cores):
            several = build(Path(folder, "several"), DOWNHILL_JOBS=str(max(2, min(cores, 4))))
        found = differences(one, several)
        number = sum(path.is_file() for path in one.rglob("*"))
    if found:
        raise SystemExit("Two builds of one state differ in:\n  " + "\n  ".join(found))
    print(f"Two builds, by one process and by several under load, agree in all {number} files.")


if __name__ == "__main__":
    main()
