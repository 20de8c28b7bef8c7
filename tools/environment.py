"""Set up .venv for the book: `python tools/environment.py`, with any Python that is new enough.

A new environment is built whole in a folder of its own under .venvs, and then .venv is pointed at
it: by a link, since the programs in an environment carry its path and it cannot be moved. Until
then, and if pip fails, the old one stays as it was. An environment whose requirements have not
changed is kept.
"""

# This file is read by whichever Python there is: nothing before the check below may need a new one.
import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEAST = (3, 11, 2)
REQUIREMENTS = ("requirements.txt", "requirements-author.txt", "requirements-browsers.txt")  # each has the one before
FILES = (*REQUIREMENTS, "constraints.txt", "pyproject.toml")


def check_python(version: tuple) -> None:  # type: ignore[type-arg]
    """Refuse a Python that is too old, naming the one found and what is needed."""
    if version < LEAST:
        found, least = (".".join(map(str, each)) for each in (version, LEAST))
        raise SystemExit(
            f"Downhill needs Python {least} or later; {sys.executable} is {found}. Name another with make PYTHON=…, "
            "for example make PYTHON=python3.13 book"
        )


check_python(sys.version_info[:3])


def key_of(root: Path) -> str:
    """What an environment is made of: the contents of the files, and the place it stands in."""
    digest = hashlib.sha256(str(root).encode())
    for name in FILES:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()[:12]


def is_link(path: Path) -> bool:
    """Whether the path is a symbolic link or, on Windows, a junction."""
    try:
        os.readlink(path)
    except OSError:
        return False
    return True


def point(link: Path, target: Path) -> None:
    """Let link lead to target. What it led to before is left alone; a folder that stands in its
    place is put aside.
    """
    if link.is_dir() and not is_link(link):
        put_aside(link)
    if os.name == "nt":
        if is_link(link):
            link.rmdir()  # removes the junction alone
        subprocess.run(["cmd", "/c", "mklink", "/J", str(link), str(target)], check=True, stdout=subprocess.DEVNULL)
    else:
        new = link.with_name(f"{link.name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.path.relpath(target, link.parent))
        new.replace(link)


def put_aside(folder: Path) -> None:
    """Remove an environment that was made for the book; keep one that somebody made by hand, under
    another name.
    """
    aside = folder.with_name(f"{folder.name}.old-{time.time_ns()}")
    made_here = (folder / "ready").exists()
    folder.rename(aside)
    if made_here:
        shutil.rmtree(aside, ignore_errors=True)
    else:
        print(f"The folder {folder.name} that was here is now {aside.name}.")


def build(environment: Path, requirements: str) -> None:
    """Make the environment whole, or remove what there is of it and stop."""
    shutil.rmtree(environment, ignore_errors=True)
    environment.parent.mkdir(exist_ok=True)
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        subprocess.run([str(python), *pip], cwd=ROOT, check=True)
    except BaseException as error:
        shutil.rmtree(environment, ignore_errors=True)
        if isinstance(error, subprocess.CalledProcessError):
            raise SystemExit("The environment could not be set up, see above. The one before it, if any, is as it was.") from None
        raise


def ensure(root: Path, requirements: str, build: Callable[[Path, str], None] = build) -> bool:
    """Set up root/.venv unless it is made of these very requirements; whether a new one was
    made.
    """
    key, link = key_of(root), root / ".venv"
    ready = link / "ready"
    with contextlib.suppress(OSError, ValueError):
        made_of, installed = ready.read_text("utf-8").split()
        if made_of == key and REQUIREMENTS.index(installed) >= REQUIREMENTS.index(requirements):
            ready.touch()
            return False
    environment = root / ".venvs" / f"{key}-{time.time_ns():x}"  # two at once do not meet
    build(environment, requirements)
    (environment / "ready").write_text(f"{key} {requirements}", "utf-8")
    point(link, environment)
    for other in set(environment.parent.iterdir()) - {environment}:
        whole, age = (other / "ready").exists(), time.time() - other.stat().st_mtime
        if whole or age > 86400:  # one that is not whole may be in the making
            shutil.rmtree(other, ignore_errors=True)
    return True


def main() -> None:
    """Set up .venv and say so."""
    parser = argparse.ArgumentParser(prog="python tools/environment.py", description="Set up .venv for the book.")
    parser.add_argument(
        "--requirements", default="requirements-author.txt", choices=REQUIREMENTS, help="the file that pip installs"
    )
    arguments = parser.parse_args()
    if ensure(ROOT, arguments.requirements):
        print("The environment .venv is ready.")


if __name__ == "__main__":
    main()
