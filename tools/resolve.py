"""Ask whether every pin can be had as a wheel, on every system and Python that the book is for.

`python -m tools.resolve` prints a table of systems by Pythons, and what fails.

pip can ask for another system: `pip install --dry-run --platform … --python-version …` chooses
among that system's wheels and installs nothing. But it evaluates environment markers (`sys_platform
== "win32"`) for the interpreter that it runs in, so packages that only Windows needs would be left
out. Here pip runs with the markers' values replaced by the other system's, and the report that pip
writes must name these values; otherwise the answer does not count.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
AUTHORS = "requirements-author.txt"  # it includes the reader's
PYTHONS = ("3.11.2", "3.12.0", "3.13.0", "3.14.0")
LINUX = [f"manylinux_2_{minor}" for minor in range(28, 4, -1)]  # pip does not add the older ones itself

# pip with the other system's markers. `default_environment` is looked up at each evaluation.
PIP = """
import json, sys
from pip._vendor.packaging import markers
own, other = markers.default_environment(), json.loads(sys.argv.pop(1))
markers.default_environment = lambda: {**own, **other}
from pip._internal.cli.main import main
sys.exit(main())
"""


@dataclass(frozen=True)
class System:
    """An operating system on a kind of processor: pip's names for its wheels, and its markers."""

    name: str
    tags: tuple[str, ...]
    markers: dict[str, str]
    since: str = PYTHONS[0]


def _linux(machine: str) -> System:
    tags = (*(f"{tag}_{machine}" for tag in LINUX), f"manylinux2014_{machine}", f"linux_{machine}")
    return System(f"Linux {machine}", tags, _markers("linux", "Linux", "posix", machine))


def _markers(sys_platform: str, platform_system: str, os_name: str, platform_machine: str) -> dict[str, str]:
    return {
        "sys_platform": sys_platform,
        "platform_system": platform_system,
        "os_name": os_name,
        "platform_machine": platform_machine,
    }


SYSTEMS = (
    _linux("x86_64"),
    _linux("aarch64"),
    System("Windows x86-64", ("win_amd64",), _markers("win32", "Windows", "nt", "AMD64")),
    System("macOS arm64", ("macosx_14_0_arm64",), _markers("darwin", "Darwin", "posix", "arm64")),
    System("macOS x86-64", ("macosx_14_0_x86_64",), _markers("darwin", "Darwin", "posix", "x86_64")),
    # PyYAML has no wheel for an older Python there.
    System("Windows arm64", ("win_arm64",), _markers("win32", "Windows", "nt", "ARM64"), since="3.12.0"),
)


@dataclass(frozen=True)
class Answer:
    """What pip would install on a system, by name; or what it complains of."""

    system: System
    python: str
    versions: dict[str, str]
    complaint: str = ""


def normalized(name: str) -> str:
    """A package's name as indexes write it: PyYAML and pyyaml are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(file: str = AUTHORS) -> list[str]:
    """The lines that name packages: of a file, of the files it includes, and of gdcore's
    pyproject.toml.
    """
    lines = []
    for line in (ROOT / file).read_text("utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text == "-e .":
            lines += tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        elif text.startswith("-r "):
            lines += requirements(text[3:].strip())
        elif text and not text.startswith("-"):
            lines.append(text)
    return lines


def pins() -> dict[str, str]:
    """The versions of constraints.txt by normalized name."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {normalized(name): version for name, version in pairs}


def ask(system: System, python: str, wanted: Iterable[str], constraints: Iterable[str]) -> Answer:
    """What pip would install on that system for that Python, from wheels alone."""
    markers = system.markers | {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "implementation_version": python,
    }
    options = ["--only-binary", ":all:", "--python-version", python]
    options += [word for tag in system.tags for word in ("--platform", tag)]
    found = _dry_run(markers, options, wanted, constraints)
    if isinstance(found, str):
        return Answer(system, python, {}, found)
    differing = {name for name, value in markers.items() if found["environment"][name] != value}
    if differing:
        said = f"pip {found['pip_version']} ignored the other system's {sorted(differing)}"
        return Answer(system, python, {}, said)
    return Answer(system, python, _versions(found))


def ask_here(wanted: Iterable[str], constraints: Iterable[str]) -> Answer:
    """What pip would install here, for this Python, built from source where there is no wheel."""
    found = _dry_run({}, [], wanted, constraints)
    own = System("here", (), {})
    return Answer(own, "", {}, found) if isinstance(found, str) else Answer(own, "", _versions(found))


def _dry_run(
    markers: dict[str, str], options: list[str], wanted: Iterable[str], constraints: Iterable[str]
) -> dict[str, Any] | str:
    """The report that pip writes; or its complaint."""
    with tempfile.TemporaryDirectory() as folder:
        report, lines, limits = (Path(folder, name) for name in ("report.json", "wanted.txt", "constraints.txt"))
        lines.write_text("\n".join(wanted), "utf-8")
        limits.write_text("\n".join(constraints), "utf-8")
        command = [sys.executable, "-c", PIP, json.dumps(markers), "install", "--dry-run", "--ignore-installed"]
        command += ["-qq", "--disable-pip-version-check", *options, "--target", folder]
        command += ["--report", str(report), "-r", str(lines), "-c", str(limits)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            return run.stderr.strip() or f"pip ended with {run.returncode}"
        return json.loads(report.read_text("utf-8"))


def _versions(report: dict[str, Any]) -> dict[str, str]:
    packages = [each["metadata"] for each in report["install"]]
    return {normalized(each["name"]): each["version"] for each in packages}


def ask_all(wanted: Iterable[str], constraints: Iterable[str], at_once: int = 4) -> list[Answer]:
    """The answers for every system and Python."""
    wanted, constraints = list(wanted), list(constraints)
    pairs = [(system, python) for system in SYSTEMS for python in PYTHONS[PYTHONS.index(system.since) :]]
    with ThreadPoolExecutor(at_once) as pool:
        asked = [pool.submit(ask, system, python, wanted, constraints) for system, python in pairs]
        return [each.result() for each in asked]


def unpinned(answer: Answer, pinned: dict[str, str]) -> list[str]:
    """The packages that this system would install and constraints.txt does not fix."""
    return sorted(set(answer.versions) - set(pinned))


def table(answers: list[Answer], pinned: dict[str, str]) -> str:
    """How many packages each system installs for each Python, or what is wrong."""
    lines = [f"{'packages from wheels':<22}" + "".join(f"{python:>10}" for python in PYTHONS)]
    for system in SYSTEMS:
        cells = dict.fromkeys(PYTHONS, "-")
        for each in answers:
            if each.system is system:
                count = str(len(each.versions))
                cells[each.python] = "fails" if each.complaint else "unpinned" if unpinned(each, pinned) else count
        lines.append(f"{system.name:<22}" + "".join(f"{cell:>10}" for cell in cells.values()))
    return "\n".join(lines)


def main() -> int:
    """Print the table and what fails; 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m tools.resolve", description="Can every pin be had as a wheel?")
    parser.add_argument("--at-once", type=int, default=4, help="how many of pip's runs at once")
    pinned = pins()
    answers = ask_all(requirements(), (f"{name}=={version}" for name, version in pinned.items()), parser.parse_args().at_once)
    print(table(answers, pinned))
    bad = [each for each in answers if each.complaint or unpinned(each, pinned)]
    for each in bad:
        said = each.complaint or f"not in constraints.txt: {', '.join(unpinned(each, pinned))}"
        print(f"\n{each.system.name}, Python {each.python}:\n{said}")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
