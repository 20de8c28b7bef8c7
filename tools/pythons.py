"""Try the book in small on every other Python that is found: `python -m tools.pythons`.

For each: an environment of its own from wheels alone, the import of gdcore, the unit tests, one
chapter through nbval and one chapter built. `--whole` runs every test instead of the last three,
and `--newest` tries the newest of these Pythons alone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
MINORS = (11, 12, 13, 14)
CHAPTER = "book/convexity"
PROBE = "import sys; print(*sys.version_info[:3], sys.version_info.releaselevel == 'final' or 'unfinished')"
# A chapter alone leads to chapters that are not built with it.
LEADS_ELSEWHERE = ["ref.ref", "ref.numref", "ref.doc", "ref.eq", "ref.exercise", "myst.xref_missing", "toc.not_included"]


def version_of(python: str) -> tuple[int, ...] | None:
    """The version that an interpreter says it has; None if it does not run (as pyenv's stand-ins
    do) or is unfinished.
    """
    try:
        said = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, timeout=60).stdout.split()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return tuple(map(int, said[:3])) if said[3:] == ["True"] else None


def find(own: tuple[int, int] = sys.version_info[:2]) -> dict[tuple[int, ...], str]:
    """The newest interpreter of each other minor version, on PATH or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates: list[str | None] = [shutil.which(f"python3.{minor}") for minor in MINORS]
    candidates += [str(path) for minor in MINORS for path in pyenv.glob(f"3.{minor}.*/bin/python")]
    best: dict[tuple[int, ...], tuple[tuple[int, ...], str]] = {}
    for candidate in filter(None, candidates):
        version = version_of(candidate)
        if version and version[:2] != own and version > best.get(version[:2], ((), ""))[0]:
            best[version[:2]] = (version, candidate)
    return {version: path for version, path in sorted(best.values())}


def alone(chapter: str, folder: Path) -> list[str]:
    """The options with which jupyter-book builds one chapter into the folder; written there: its
    configuration.
    """
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    extensions = config["sphinx"]["local_extensions"]
    config["sphinx"]["local_extensions"] = {name: str(ROOT / path) for name, path in extensions.items()}
    config["sphinx"]["config"]["suppress_warnings"] = LEADS_ELSEWHERE
    (folder / "config.yml").write_text(yaml.safe_dump(config), "utf-8")
    contents = {"format": "jb-book", "root": chapter, "chapters": [{"file": "book/references"}]}
    (folder / "toc.yml").write_text(yaml.safe_dump(contents), "utf-8")
    return ["--config", str(folder / "config.yml"), "--toc", str(folder / "toc.yml"), "--path-output", str(folder)]


def steps(python: str, whole: bool, folder: Path) -> list[tuple[str, list[str], dict[str, str]]]:
    """What is tried: a name, a command, and what is added to the environment's variables."""
    own = str(folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    wheels = {"PIP_ONLY_BINARY": ":all:", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    first = [
        ("environment", [python, "-m", "venv", str(folder / "venv")], {}),
        ("wheels", [own, "-m", "pip", "install", "--quiet", "-r", "requirements-author.txt"], wheels),
        ("import", [own, "-W", "error", "-c", "import gdcore.methods, gdcore.explore, gdcore.networks"], {}),
    ]
    if whole:
        return [*first, ("tests", [own, "-m", "pytest", "-q"], {})]
    build = [own, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", *alone(CHAPTER, folder)]
    return [
        *first,
        ("unit tests", [own, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", "unit", "tests"], {}),
        ("nbval", [own, "-m", "pytest", "-q", f"{CHAPTER}.ipynb"], {}),
        ("chapter", [*build, "-W", "-n", "--keep-going"], {}),
    ]


def attempt(python: str, whole: bool) -> str | None:
    """Run the steps; the name of the first that fails, with its output printed."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for step, command, added in steps(python, whole, folder):
            begun = time.perf_counter()
            environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONWARNINGS"}}
            run = subprocess.run(
                command, cwd=ROOT, env=environment | added, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            lines = run.stdout.strip().splitlines()
            print(f"  {step}: {time.perf_counter() - begun:.0f} s {lines[-1] if 'test' in step and lines else ''}", flush=True)
            if run.returncode:
                print("\n".join(lines[-60:]))
                return step
        if not whole and not list(folder.glob("_build/html/**/convexity.html")):
            return "chapter (no page was written)"
    return None


def main() -> int:
    """Try each and say what failed; 1 if anything did."""
    parser = argparse.ArgumentParser(prog="python -m tools.pythons", description="Try every other Python that is found.")
    parser.add_argument("--whole", action="store_true", help="run every test")
    parser.add_argument("--newest", action="store_true", help="the newest alone")
    chosen = parser.parse_args()
    failed = {}
    found = dict([*find().items()][-1 if chosen.newest else 0 :])
    for version, python in found.items():
        print(f"Python {'.'.join(map(str, version))} ({python})", flush=True)
        step = attempt(python, chosen.whole)
        if step:
            failed[version] = step
    for version, step in failed.items():
        print(f"Python {'.'.join(map(str, version))} fails: {step}")
    print(f"{len(found) - len(failed)} of {len(found)} other Pythons pass")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
