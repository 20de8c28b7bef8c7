"""Build the book, then build it again on each save: `python -m tools.watch [folder]`. One saved
page is one page read.

What the build warns about is shown; the last good book stays in place until it is mended. Ctrl-C
ends it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "tools" / "build.py"
WATCHED = ("_config.yml", "_toc.yml", "_static/**/*", "book/**/*", "gdcore/**/*", "experiments/results/*")
PAUSE = 0.5  # seconds between two looks; a save is over when two looks see the same


def files(folder: Path) -> Iterator[Path]:
    """The files that the book is made of, without caches and checkpoints."""
    for pattern in WATCHED:
        for path in folder.glob(pattern):
            if not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts):
                yield path


def state(folder: Path) -> dict[Path, tuple[int, int]]:
    """When each file was last written, and its size."""
    seen = {}
    for path in files(folder):
        try:
            about = path.stat()
        except FileNotFoundError:  # an editor replaces a file by another
            continue
        if path.is_file():
            seen[path] = (about.st_mtime_ns, about.st_size)
    return seen


def wait_for_save(folder: Path, before: dict[Path, tuple[int, int]]) -> dict[Path, tuple[int, int]]:
    """Return the files' new state, once something was saved and the saving is over."""
    while True:
        time.sleep(PAUSE)
        now = state(folder)
        if now != before:
            time.sleep(PAUSE)
            if state(folder) == now:
                return now


def build(folder: Path) -> None:
    """Build once and say what came of it."""
    start = time.monotonic()
    code = subprocess.run([sys.executable, "-P", BUILD, "."], cwd=folder, stdout=subprocess.DEVNULL).returncode
    result = "The book is ready" if code == 0 else "The build failed, see above; the last good book stays"
    print(f"{result} ({time.monotonic() - start:.0f} s). Watching; Ctrl-C ends it.", flush=True)


def main(arguments: list[str]) -> None:
    """Build and watch until Ctrl-C."""
    folder = Path(arguments[0] if arguments else ROOT).resolve()
    if not (folder / "_toc.yml").is_file():
        raise SystemExit(f"{folder} holds no book: there is no _toc.yml")
    try:
        seen = state(folder)
        while True:
            build(folder)
            seen = wait_for_save(folder, seen)
    except KeyboardInterrupt:
        print("\nWatching has ended.")


if __name__ == "__main__":
    main(sys.argv[1:])
