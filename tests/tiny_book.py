"""A book of a few pages in a folder of its own, built by the same extension as the real one, in
seconds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

CONFIG = f"""
title: Tiny
author: Someone
logo: ""
only_build_toc_files: true
execute: {{execute_notebooks: inline, stderr_output: error}}
parse: {{myst_enable_extensions: [dollarmath]}}
sphinx:
  local_extensions: {{downhill: '{ROOT / "book" / "_ext"}'}}
  extra_extensions: [sphinx_proof, sphinx.ext.githubpages]
  config:
    nitpicky: true
    nb_ipywidgets_js: {{}}
    nb_merge_streams: true
    nb_execution_show_tb: true
    nb_execution_raise_on_error: false
"""
COMMAND = [sys.executable, "-P", str(ROOT / "tools" / "build.py"), "."]


def notebook(*cells: str) -> str:
    """A notebook of a heading and code cells."""
    heading = {"cell_type": "markdown", "metadata": {}, "source": "# A notebook"}
    code = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None} for cell in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": [heading, *code], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4})


@dataclass
class Build:
    """What a build came to: its exit code, the pages that it read in order of reading, and all that
    it said.
    """

    code: int
    read: list[str]
    said: str


def outcome(process: subprocess.Popen[str]) -> Build:
    """Wait for a build to end."""
    output, _ = process.communicate(timeout=240)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output)
    return Build(process.returncode, re.findall(r"reading sources\.\.\. \[ *\d+%\] book/(\S+)", said), said)


def inherited() -> dict[str, str]:
    """The environment of a build: without PYTHONWARNINGS, which the tests set for kernels and the
    build sets itself.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}


class TinyBook:
    """A folder with a book in it."""

    def __init__(self, folder: Path, **pages: str) -> None:
        self.folder = folder
        self.write("_config.yml", CONFIG)
        for name, text in pages.items():
            self.write(f"book/{name}", text)
        chapters = "".join(f"\n- file: book/{name.rpartition('.')[0]}" for name in pages if name != "index.md")
        self.write("_toc.yml", f"format: jb-book\nroot: book/index\nchapters:{chapters}\n")

    def write(self, name: str, text: str) -> None:
        """Write a file of the book."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Begin a build, in a process group of its own."""
        return subprocess.Popen(
            COMMAND,
            cwd=self.folder,
            env=inherited() | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def build(self, **environment: str) -> Build:
        """Build the book."""
        return outcome(self.start(**environment))

    def page(self, name: str) -> str:
        """The text of a built page."""
        return (self.folder / "_build" / "html" / "book" / f"{name}.html").read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """Every file of the built book."""
        html = self.folder / "_build" / "html"
        return {str(path.relative_to(html)): path.read_bytes() for path in sorted(html.rglob("*")) if path.is_file()}
