"""Results of the long experiments: written once by a script, read by the chapters that quote them.

A chapter says `from gdcore import results; depth = results.read("depth")`. The files are part of
the book's repository, in experiments/results, each of one layout: name, what, made_by, settings
and versions, then what was found.
"""

from __future__ import annotations

import json
import math
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.files import remove_stale_parts, write_whole

FOLDER = Path(__file__).resolve().parents[1] / "experiments" / "results"
COMMON = ("name", "what", "made_by", "settings", "versions")

# JSON has no numbers for these; as texts every reader of JSON can have them.
_WORDS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}


def read(name: str, folder: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """A result as it was written: infinities and NaN are floats again.

    `folder` is by default the book's experiments/results, wherever a notebook runs.

    Raises FileNotFoundError where that folder is not there, since gdcore was installed without the
    book. Raises ValueError for a name that no result has, and for a file that is no result.

    >>> cost = read("second_order_cost")
    >>> cost["made_by"]
    'python -m experiments.second_order_cost'
    """
    place = _place(folder)
    if not place.is_dir():
        raise FileNotFoundError(
            f"results must lie in {place}, got no such folder; they are part of the book's repository: there, install gdcore by "
            "pip install -e . , or name the folder experiments/results by the argument folder"
        )
    validation.choice("name", name, sorted(path.stem for path in place.glob("*.json")))
    path = place / f"{name}.json"
    try:
        found = _restored(json.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise ValueError(f"name must be that of a whole result, got {name!r}, and {path} is damaged: {error}") from None
    if not isinstance(found, dict) or not set(COMMON) <= set(found):
        raise ValueError(f"name must be that of a result with {', '.join(COMMON)}, got {name!r}: {path} is another file")
    return found


def write(
    name: str,
    what: str,
    made_by: str,
    settings: Mapping[str, Any],
    found: Mapping[str, Any],
    folder: str | os.PathLike[str] | None = None,
) -> Path:
    """Write a result. Until the new file is whole, the old one stays. Returns its path.

    - `name`: letters, digits and _, the file's name and what `read` asks for.
    - `what`: in words, what was done.
    - `made_by`: the command that makes it.
    - `settings`: what was chosen, by name; `found`: what came out, by name.
    - `folder`: by default the book's experiments/results.

    Settings and findings are numbers, texts, truth values, None, arrays and lists of them, and
    dictionaries with texts as keys. The versions of Python and NumPy and the machine's kind are
    added.

    Raises TypeError and ValueError for anything else, OSError with the path where the disk is full.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = write("mine", "a test", "by hand", {"rate": 0.1}, {"loss": [1, np.inf]}, folder)
    ...     read("mine", folder)["loss"]
    [1, inf]
    """
    if not re.fullmatch(r"\w+", validation.text("name", name), re.ASCII):
        raise ValueError(f"name must be letters, digits and _, got {validation.shown(name)}")
    for argument, value in (("settings", settings), ("found", found)):
        if not isinstance(value, Mapping):
            raise TypeError(f"{argument} must be a dictionary, got {validation.shown(value)}")
    result = {"name": name, "what": validation.text("what", what), "made_by": validation.text("made_by", made_by)}
    parts = {"settings": _storable("settings", settings), "versions": _versions(), **_storable("found", found)}
    if taken := set(COMMON) & set(found):
        raise ValueError(f"found must have other names than {', '.join(COMMON)}, got {sorted(taken)[0]!r}")
    place = _place(folder)
    place.mkdir(parents=True, exist_ok=True)
    remove_stale_parts(place)
    path = place / f"{name}.json"
    write_whole(path, _laid_out({**result, **parts}).encode())
    return path


def rounded(values: ArrayLike, digits: int) -> Any:
    """Numbers of so many significant digits, a float or lists of floats; infinities and NaN stay.

    Raises TypeError for what is no numbers, ValueError for `digits` not from 1 to 17.

    >>> rounded([[1 / 3, 1234.5], [np.inf, 0]], 3)
    [[0.333, 1230.0], [inf, 0.0]]
    """
    count = validation.whole_number("digits", digits, least=1, most=17)
    array = validation.numbers("values", values, finite=False, empty=True)
    return _rounded(array.tolist(), count)


def _rounded(values: Any, digits: int) -> Any:
    if isinstance(values, list):
        return [_rounded(each, digits) for each in values]
    return float(f"{values:.{digits}g}")


def _place(folder: str | os.PathLike[str] | None) -> Path:
    if folder is not None and not isinstance(folder, (str, os.PathLike)):
        raise TypeError(f"folder must be a folder's path, got {validation.shown(folder)}")
    return FOLDER if folder is None else Path(folder).expanduser()


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}


def _storable(name: str, value: Any) -> Any:
    """A value in what JSON has; all else is refused by the name of its argument."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else _word(value)
    if isinstance(value, str) and value in _WORDS:
        raise ValueError(f"{name} must not hold the texts {', '.join(_WORDS)}, which stand for numbers, got {value!r}")
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): _storable(name, each) for key, each in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_storable(name, each) for each in value]
    raise TypeError(f"{name} must hold numbers, texts, lists and dictionaries with texts as keys, got {validation.shown(value)}")


def _word(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _restored(value: Any) -> Any:
    """What `_storable` was given."""
    if isinstance(value, dict):
        return {key: _restored(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_restored(each) for each in value]
    return _WORDS.get(value, value) if isinstance(value, str) else value


def _laid_out(result: dict[str, Any]) -> str:
    """JSON with a line for each key, and for each part of what has parts of its own."""
    lines = (f"{json.dumps(key)}: {_lines(value)}" for key, value in result.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(value: Any) -> str:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(part, (dict, list)) for part in parts):
        return _compact(value)
    if isinstance(value, list):
        return "[\n  " + ",\n  ".join(map(_compact, value)) + "\n]"
    return "{\n  " + ",\n  ".join(f"{json.dumps(key)}: {_compact(part)}" for key, part in value.items()) + "\n}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
