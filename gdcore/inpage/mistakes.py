"""What is wrong in a reader's code, in one sentence and with its line, whichever Python runs it."""

from __future__ import annotations

import re
from typing import Any

METHOD, LANDSCAPE, REQUEST = "method", "landscape", "request"

# What an error is called, the more special first.
_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (IndentationError, "IndentationError"),
    (SyntaxError, "SyntaxError"),
    (NameError, "NameError"),
    (ZeroDivisionError, "ZeroDivisionError"),
    (OverflowError, "OverflowError"),
    (RecursionError, "RecursionError"),
    (AttributeError, "AttributeError"),
    (ImportError, "ImportError"),
    (IndexError, "IndexError"),
    (KeyError, "KeyError"),
    (AssertionError, "AssertionError"),
    (TypeError, "TypeError"),
    (ValueError, "ValueError"),
)
_ARGUMENTS = (
    "positional argument",
    "keyword argument",
    "keyword-only argument",
    "has no hyperparameter",
    "needs the hyperparameter",
)
_BLOCKS = re.compile(r"\s*(def|if|elif|else|for|while|with|try|except|class)\b[^#]*[^:\s#]\s*(#.*)?$")


class Mistake(Exception):
    """A mistake that gdcore has found itself: its kind, the sentence, the line if it has one."""

    def __init__(self, kind: str, says: str, line: int | None = None, of: str = METHOD) -> None:
        super().__init__(says)
        self.kind, self.says, self.line, self.of = kind, says, line, of


def explained(error: BaseException, of: str, code: str | None = None) -> dict[str, Any]:
    """The error as an answer carries it; `code` is what the reader wrote, if it is theirs.

    >>> explained(ZeroDivisionError("division by zero"), "method")["says"]
    'Something is divided by 0.'
    """
    if isinstance(error, Mistake):
        return {"kind": error.kind, "line": error.line, "says": error.says, "of": error.of}
    if isinstance(error, SyntaxError):
        kind, says = _of_syntax(error, code or "")
        return {"kind": kind, "line": error.lineno, "says": says, "of": of}
    kind, says = _kind_and_sentence(error)
    return {"kind": kind, "line": None if code is None else line_of(error, of), "says": says, "of": of}


def file_of(of: str) -> str:
    """The name under which a reader's code is compiled."""
    return f"<your {of}>"


def line_of(error: BaseException, of: str) -> int | None:
    """The innermost line of the reader's code on the way to the error."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file_of(of):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _kind_and_sentence(error: BaseException) -> tuple[str, str]:
    kind = next((name for each, name in _KINDS if isinstance(error, each)), type(error).__name__)
    text = str(error)
    if kind == "NameError":
        return kind, f"The name {_quoted(text)} is not known here."
    if kind == "ZeroDivisionError":
        return kind, "Something is divided by 0."
    if kind == "OverflowError":
        return kind, "A number here becomes too large for a float."
    if kind == "RecursionError":
        return kind, "A function here calls itself without end."
    if kind == "AttributeError" and "module" in text:
        return kind, f"np has no {_quoted(text, last=True)}; mind that the page holds only a part of NumPy."
    if kind == "ImportError":
        return kind, f"{_quoted(text)} cannot be imported; the page has np and math, and a part of NumPy only."
    if "broadcast" in text or "matmul" in text or "not aligned" in text:
        return "ShapeError", "Arrays of shapes that do not fit each other are combined here."
    if kind == "TypeError" and any(part in text for part in _ARGUMENTS):
        return "ArgumentError", _sentence(text)
    if kind == "TypeError" and ("str" in text.split("must be")[0] or "<U" in text):
        return kind, "A text stands here where a number is needed."
    return kind, _sentence(text or kind)


def _of_syntax(error: SyntaxError, code: str) -> tuple[str, str]:
    """What a SyntaxError means. Pythons word them differently, so the line is looked at as well."""
    text, lines = str(error.msg), code.split("\n")
    if isinstance(error, IndentationError) or _is_misplaced(lines, error.lineno):
        return (
            "IndentationError",
            "The indentation is wrong: the lines of a block begin in one column, right of the line above the block.",
        )
    here = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    if "expected ':'" in text or _BLOCKS.match(here):
        return "SyntaxError", "A colon is missing at the end of this line."
    if "never closed" in text or "EOF" in text or "parenthes" in text or "bracket" in text or "unmatched" in text:
        return "SyntaxError", "A bracket is not closed, or closed that was not opened."
    if "unterminated" in text or "string" in text:
        return "SyntaxError", "A text is not closed: its quotation mark is missing."
    return "SyntaxError", "Python cannot read this line."


def _is_misplaced(lines: list[str], number: int | None) -> bool:
    """Whether a line ends a block and begins in no column in which a line above begins."""
    if not number or number > len(lines) or not lines[number - 1].strip():
        return False
    begin, open_blocks = _column(lines[number - 1]), [0]
    for line in lines[: number - 1]:
        if line.strip():
            open_blocks = [column for column in open_blocks if column < _column(line)] + [_column(line)]
    return begin < open_blocks[-1] and begin not in open_blocks


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


def _quoted(text: str, last: bool = False) -> str:
    """The first, or last, name in quotation marks."""
    found = text.split("'")[1::2]
    return (found[-1] if last else found[0]) if found else "something"


def _sentence(text: str) -> str:
    """A message as a sentence, with one full stop."""
    text = " ".join(text.split()).rstrip(".")
    return f"{text}."


def return_line(code: str, function: str) -> int | None:
    """The line of the last return in a function, or that of its def where it has none."""
    lines = code.split("\n")
    start = next((k for k, line in enumerate(lines) if re.match(rf"\s*def\s+{re.escape(function)}\b", line)), None)
    if start is None:
        return None
    depth = len(lines[start]) - len(lines[start].lstrip())
    found = start
    for k in range(start + 1, len(lines)):
        body = lines[k].strip()
        if body and not body.startswith(("#", ")")) and len(lines[k]) - len(lines[k].lstrip()) <= depth:
            break
        if re.match(r"return\b", body):
            found = k
    return found + 1
