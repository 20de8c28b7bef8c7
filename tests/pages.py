"""Which pages the book has, and which of them are done in which respect: the one place where tests look."""

from __future__ import annotations

from pathlib import Path

import yaml

TOC = yaml.safe_load((Path(__file__).resolve().parents[1] / "_toc.yml").read_text("utf-8"))
PAGES = [
    Path(file).stem for file in [TOC["root"], *(chapter["file"] for part in TOC.get("parts", []) for chapter in part["chapters"])]
]

# Pages rebuilt to the whole standard, prose and formulas included; at the end, all.
FINISHED = (
    "index",
    "adaptive",
    "convexity",
    "gradient_descent",
    "momentum",
    "normalization",
    "sgd",
    "second_order",
    "regularization",
    "training",
    "notation",
    "rates",
    "failures",
    "races",
    "errata",
)

# Pages whose open code is the method alone, by the rules of tools/cell_rules.py; at the end, all.
ARRANGED = (
    "index",
    "momentum",
    "convexity",
    "gradient_descent",
    "regularization",
    "sgd",
    "adaptive",
    "normalization",
    "second_order",
    "training",
    "notation",
    "rates",
    "failures",
    "races",
    "errata",
)
