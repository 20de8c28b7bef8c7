"""Renew every version: `python -m tools.pins` writes requirements*.txt and constraints.txt anew.

pip is asked, as by tools.resolve, for the newest versions on every system and Python. Where these
differ, the older one becomes the most that is allowed, and pip is asked again, until one set of
versions serves all. Look at the difference, run `make test-all`, commit.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from packaging.version import Version

from tools.resolve import ROOT, Answer, ask_all, ask_here, normalized, requirements

FILES = ("requirements.txt", "requirements-author.txt", "requirements-browsers.txt")
HELD_BACK = {"jupyter-book": "<2"}  # 2 is another program: no Sphinx, no extensions of ours
HEAD = """\
# Every package that any system installs for the requirements files, at one version:
# `make pins` renews it, `python -m tools.resolve` asks whether each can be had as a wheel.
"""
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)")


def loosened(lines: Iterable[str]) -> list[str]:
    """The requirements without their exact versions, but no newer than what is held back."""

    def without(found: re.Match[str]) -> str:
        return found[1] + HELD_BACK.get(normalized(found[1]), "")

    return [PIN.sub(without, line) for line in lines]


def agree(ask: Callable[[list[str]], list[Answer]], rounds: int = 20) -> dict[str, str]:
    """One version of each package that serves every system; `ask` takes the most allowed."""
    most: dict[str, str] = {}
    for _ in range(rounds):
        answers = ask([f"{name}<={version}" for name, version in most.items()])
        for answer in answers:
            if answer.complaint:
                raise SystemExit(f"{answer.system.name}, Python {answer.python}:\n{answer.complaint}")
        names = {name for answer in answers for name in answer.versions}
        found = {name: {answer.versions[name] for answer in answers if name in answer.versions} for name in names}
        least = {name: min(versions, key=Version) for name, versions in found.items()}
        differing = {name: least[name] for name in names if len(found[name]) > 1}
        if not differing:
            return dict(sorted(least.items()))
        most |= differing
        print(f"not everywhere the same yet: {', '.join(sorted(differing))}", flush=True)
    raise SystemExit(f"no common versions after {rounds} rounds; still differing: {sorted(most)}")


def renewed(text: str, versions: dict[str, str]) -> str:
    """A requirements file with the new versions."""

    def pinned(line: str) -> str:
        return PIN.sub(lambda found: f"{found[1]}=={versions[normalized(found[1])]}", line)

    return "".join(pinned(line) for line in text.splitlines(keepends=True))


def write(root: Path, versions: dict[str, str]) -> None:
    """Write the files anew."""
    for name in FILES:
        path = root / name
        path.write_text(renewed(path.read_text("utf-8"), versions), "utf-8")
    lines = "".join(f"{name}=={version}\n" for name, version in versions.items())
    (root / "constraints.txt").write_text(HEAD + lines, "utf-8")
    project = root / "pyproject.toml"
    text = re.sub(
        r'requires = \["setuptools==[^"]+"\]', f'requires = ["setuptools=={versions["setuptools"]}"]', project.read_text("utf-8")
    )
    project.write_text(text, "utf-8")


def main() -> None:
    """Renew the pins; what drives Firefox and WebKit is asked for on this system (Linux) alone."""
    if sys.platform != "linux":
        raise SystemExit("pins are renewed on Linux: requirements-browsers.txt can be asked for there alone")
    wanted = loosened(requirements())
    versions = agree(lambda most: ask_all(wanted, most))
    fixed = [f"{name}=={version}" for name, version in versions.items()]
    here = ask_here(loosened(requirements("requirements-browsers.txt")), fixed)
    if here.complaint:
        raise SystemExit(here.complaint)
    write(ROOT, dict(sorted((here.versions | versions).items())))


if __name__ == "__main__":
    main()
