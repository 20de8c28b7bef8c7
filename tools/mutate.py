"""Do the tests see what they guard? Change gdcore in one place at a time and look whether a test
fails.

    python -m tools.mutate --sample 300 --seed 1 --jobs 2

draws places in gdcore at random (an operator, a comparison, a constant, a truth value), changes
each in a copy of the project, and runs the unit tests there until one fails. It prints the changes
that no test saw. Those that change nothing a reader could notice stand in
tools/harmless_mutants.txt, each with a line that says why; all others are holes in the tests. A
sample of 300 takes about an hour; it is a tool for now and then, not a test.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HARMLESS = ROOT / "tools" / "harmless_mutants.txt"
SECONDS = 300  # a change that makes the tests run longer than this counts as seen

OPERATORS: dict[type, str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.Pow: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.MatMult: "*",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.And: "or",
    ast.Or: "and",
}


@dataclass(frozen=True)
class Mutant:
    """One change: in a file, from one place to another, a text for a text."""

    file: str
    begin: int
    end: int
    old: str
    new: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.old.strip()} -> {self.new.strip()} in `{self.text.strip()}`"

    @property
    def key(self) -> str:
        """What the list of the harmless ones says: it does not hang on line numbers."""
        return f"{self.file}: {self.old.strip()} -> {self.new.strip()} in `{self.text.strip()}`"


def mutants_of(path: Path) -> list[Mutant]:
    """All changes that this file admits; texts, types and docstrings are left alone."""
    source = path.read_text("utf-8")
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    raw, lines = source.encode(), source.splitlines()
    found: list[Mutant] = []

    def at(node: ast.expr, end: bool = False) -> int:
        line, column = (node.end_lineno, node.end_col_offset) if end else (node.lineno, node.col_offset)
        return starts[(line or 1) - 1] + (column or 0)

    def add(node: ast.expr, begin: int, end: int, new: str) -> None:
        old = raw[begin:end].decode()
        file = path.relative_to(ROOT).as_posix()
        found.append(Mutant(file, begin, end, old, new, node.lineno, lines[node.lineno - 1]))

    def between(node: ast.expr, left: ast.expr, right: ast.expr, operator: ast.AST) -> None:
        begin, end = at(left, end=True), at(right)
        text = raw[begin:end].decode()
        symbol = text.strip(" \n()")
        if type(operator) in OPERATORS and symbol and "#" not in text:
            add(node, begin, end, text.replace(symbol, OPERATORS[type(operator)]))

    class Visitor(ast.NodeVisitor):
        def visit_BinOp(self, node: ast.BinOp) -> None:
            if not isinstance(node.op, ast.BitOr):  # a union of types
                between(node, node.left, node.right, node.op)
                self.generic_visit(node)

        def visit_Compare(self, node: ast.Compare) -> None:
            for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                between(node, left, right, operator)
            self.generic_visit(node)

        def visit_BoolOp(self, node: ast.BoolOp) -> None:
            between(node, node.values[0], node.values[1], node.op)
            self.generic_visit(node)

        def visit_Constant(self, node: ast.Constant) -> None:
            if isinstance(node.value, bool):
                add(node, at(node), at(node, end=True), str(not node.value))
            elif isinstance(node.value, (int, float)):
                other = node.value + 1 if isinstance(node.value, int) else 2 * node.value + 0.1
                add(node, at(node), at(node, end=True), repr(other))

        def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
            if isinstance(node.op, (ast.USub, ast.Not)):
                add(node, at(node), at(node.operand), "")
            self.generic_visit(node)

        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
                self.visit(default)
            for statement in node.body:
                self.visit(statement)

        def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
            if node.value is not None:
                self.visit(node.value)

        def visit_Raise(self, node: ast.Raise) -> None:
            """What an error says is tested by what it names, not by its numbers."""

        def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
            """Texts are left alone."""

    Visitor().visit(ast.parse(source))
    return found


def is_seen(mutant: Mutant, copy: Path, tests: list[str]) -> bool:
    """Whether a unit test fails, or hangs, with this change."""
    path = copy / mutant.file
    original = (ROOT / mutant.file).read_bytes()
    path.write_bytes(original[: mutant.begin] + mutant.new.encode() + original[mutant.end :])
    environment = {**os.environ, "PYTHONPATH": str(copy), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        for chosen in (_near(mutant, tests), tests):
            command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", *chosen]
            command += ["-o", "addopts=", "--no-header", "--tb=no"]
            run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS)
            if run.returncode not in (0, 5):
                return True
        return False
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_bytes(original)


def _near(mutant: Mutant, tests: list[str]) -> list[str]:
    """The test files that speak of the changed file, to be tried first; all others come after."""
    words = set(Path(mutant.file).with_suffix("").parts[1:]) - {"__init__"}
    near = [test for test in tests if any(word in test or word.rstrip("s") in test for word in words)]
    return near or tests[:1]


def unit_tests() -> list[str]:
    """The test files that need neither a browser nor the built book nor a notebook."""
    apart: tuple[str, ...] = (
        "test_book",
        "test_build",
        "test_lab",
        "test_notebooks",
        "test_page",
        "test_engines",
        "test_concordance",
    )
    apart += ("test_machines", "test_tools", "test_workflows", "test_pins")
    return [f"tests/{path.name}" for path in sorted((ROOT / "tests").glob("test_*.py")) if not path.stem.startswith(apart)]


def harmless() -> dict[str, str]:
    """The changes that are known to change nothing, each with the reason."""
    if not HARMLESS.exists():
        return {}
    pairs = (line.split(" | ", 1) for line in HARMLESS.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {key.strip(): why.strip() for key, why in pairs}


def main() -> int:
    """Draw a sample, try it, print what no test saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="parts of paths, such as networks,curvature")
    arguments = parser.parse_args()
    files = sorted(
        path for path in (ROOT / "gdcore").rglob("*.py") if any(part in path.as_posix() for part in arguments.only.split(","))
    )
    everything = [mutant for path in files for mutant in mutants_of(path)]
    sample = random.Random(arguments.seed).sample(everything, min(arguments.sample, len(everything)))
    known, tests = harmless(), unit_tests()
    with tempfile.TemporaryDirectory() as folder:
        copies = []
        for k in range(arguments.jobs):
            copies.append(Path(folder) / str(k))
            for name in ("gdcore", "tests", "tools", "experiments", "benchmarks", "book"):
                shutil.copytree(ROOT / name, copies[-1] / name, ignore=shutil.ignore_patterns("__pycache__", "_build"))
            for name in ("pyproject.toml", "README.md", "_toc.yml", "_config.yml"):
                shutil.copy(ROOT / name, copies[-1])
        free = list(copies)

        def tried(mutant: Mutant) -> bool:
            copy = free.pop()
            try:
                return is_seen(mutant, copy, tests)
            finally:
                free.append(copy)

        unseen = []
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for place, (mutant, seen) in enumerate(zip(sample, pool.map(tried, sample), strict=True), 1):
                if not seen:
                    note = f"  harmless: {known[mutant.key]}" if mutant.key in known else ""
                    print(f"{mutant}{note}", flush=True)
                    if not note:
                        unseen.append(mutant)
                if place % 20 == 0:
                    print(f"{place} of {len(sample)} tried, {len(unseen)} unseen", file=sys.stderr, flush=True)
    share = 1 - len(unseen) / max(1, len(sample))
    print(f"{len(sample)} changes of {len(everything)} tried; {share:.1%} seen or harmless; {len(unseen)} unseen")
    return int(share < 0.95)


if __name__ == "__main__":
    sys.exit(main())
