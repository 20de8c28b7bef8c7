"""The pages of the book, and how far each of them has come: the one list that the tests take."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
PAGES = [
    Path(file).stem for file in [TOC["root"], *(chapter["file"] for part in TOC.get("parts", []) for chapter in part["chapters"])]
]

# Pages rebuilt to the standard of the second edition, prose and formulas included.
FINISHED = ("index", "momentum")
