"""Plain checks: each takes an argument's name and value, and returns the value as gdcore uses it.

What is not allowed is refused by an error that names the argument, the value (shortened) and what
is allowed: a TypeError for the wrong kind of thing, a ValueError for a wrong value of the right
one.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdcore.arrays import Array

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80
_SHORT.maxlong = 40


def shown(value: Any) -> str:
    """A value as error messages show it: its repr, shortened; of a large array shape and kind.

    >>> shown("fast"), shown([1, 2]), shown(np.zeros((28, 28)))
    ("'fast'", '[1, 2]', 'an array of float64 of shape (28, 28)')
    """
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"an array of {value.dtype} of shape {value.shape}"
    try:
        return _SHORT.repr(value)
    except Exception:  # a repr of the reader's own may fail in any way
        return f"a {type(value).__name__}"


def number(
    name: str,
    value: Any,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
    where: str = "",
) -> float:
    """A finite number within bounds, as a Python float; truth values are no numbers.

    - `least`, `most`: the bounds that are allowed themselves; `above`, `below`: those that are not.
    - `where`: what the message says at its end, such as " at step 3".

    Raises TypeError for what is no number and ValueError for one outside.

    >>> number("decay", np.float32(0.5), least=0, below=1)
    0.5
    """
    plain = _plain(value)
    if plain is None:
        raise TypeError(f"{name} must be {_allowed(least, above, most, below)}, got {shown(value)}{where}")
    inside = (
        np.isfinite(plain)
        and (least is None or plain >= least)
        and (above is None or plain > above)
        and (most is None or plain <= most)
        and (below is None or plain < below)
    )
    if not inside:
        raise ValueError(f"{name} must be {_allowed(least, above, most, below)}, got {shown(value)}{where}")
    return plain


def _plain(value: Any) -> float | None:
    """A number as a Python float, infinite where it is too large for one; None for what is no
    number.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return np.inf


def _allowed(least: float | None, above: float | None, most: float | None, below: float | None) -> str:
    """The bounds in words, such as "a number ≥ 0 and < 1"."""
    if least is not None and most is not None:
        return f"a number from {least:g} to {most:g}"
    lower = f"≥ {least:g}" if least is not None else f"> {above:g}" if above is not None else ""
    upper = f"≤ {most:g}" if most is not None else f"< {below:g}" if below is not None else ""
    bounds = " and ".join(bound for bound in (lower, upper) if bound)
    return f"a number {bounds}" + ("" if upper and lower else ", finite") if bounds else "a finite number"


def whole_number(name: str, value: Any, least: int, most: int | None = None, where: str = "") -> int:
    """A count from `least` to `most`, as an int. 3.0 is no count.

    Raises TypeError for what is no whole number and ValueError for one outside.

    >>> whole_number("steps", np.int64(3), least=0)
    3
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    allowed = f"a whole number ≥ {least}" if most is None else f"a whole number from {least} to {most}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer, Integral)):
        raise TypeError(f"{name} must be {allowed}, got {shown(value)}{where}")
    count = int(value)
    if count < least or (most is not None and count > most):
        raise ValueError(f"{name} must be {allowed}, got {shown(value)}{where}")
    return count


def flag(name: str, value: Any, where: str = "") -> bool:
    """True or False, of Python or NumPy. Raises TypeError for all else, 0 and 1 included.

    >>> flag("shuffle", np.True_)
    True
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {shown(value)}{where}")
    return bool(value)


def choice(name: str, value: Any, allowed: Iterable[str], where: str = "") -> str:
    """One of some words. Raises TypeError for what is no text and ValueError for another word.

    >>> choice("reduction", "mean", ("mean", "sum"))
    'mean'
    """
    words = tuple(allowed)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(map(repr, words))}, got {shown(value)}{where}")
    if value not in words:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, words))}, got {shown(value)}{where}")
    return str(value)


def text(name: str, value: Any) -> str:
    """A text that is not empty. Raises TypeError for what is none, ValueError for an empty one."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {shown(value)}")
    if not value:
        raise ValueError(f"{name} must be a text that is not empty, got {value!r}")
    return value


def function(name: str, value: Any, what: str = "a function") -> Callable[..., Any]:
    """What can be called. Raises TypeError for all else; `what` says which function is meant."""
    if not callable(value):
        raise TypeError(f"{name} must be {what}, got {shown(value)}")
    return value


def numbers(
    name: str,
    value: ArrayLike,
    *,
    axes: int | tuple[int, ...] | None = None,
    shape: str = "",
    finite: bool = True,
    empty: bool = False,
) -> Array:
    """An array of floats of the reader's numbers, always a new one, so that it stays as it is.

    Whole numbers and truth values become float64; float16 and float32 stay.

    - `axes`: how many axes it may have, and `shape` how the message names them, such as "(N, d)".
    - `finite`: whether NaN and infinities are refused; `empty`: whether no numbers at all will do.

    Raises TypeError for what is no numbers (text, None, complex) and ValueError for all else.

    >>> numbers("x", [1, 2])
    array([1., 2.])
    """
    array = _array(name, value, shape or "numbers")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be numbers, got {shown(value)}")
    allowed = (axes,) if isinstance(axes, int) else axes
    if allowed is not None and array.ndim not in allowed:
        raise ValueError(f"{name} must have shape {shape or f'of {axes} axes'}, got an array of shape {array.shape}")
    if array.size == 0 and not empty:
        raise ValueError(f"{name} must not be empty, got an array of shape {array.shape}")
    array = array if array.dtype.kind == "f" else array.astype(float)
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {_not_finite(array)}")
    return array


def points(value: ArrayLike, dimension: int | None = None, name: str = "w", *, finite: bool = True) -> Array:
    """One point (d,) or many (..., d) as a new array of floats.

    Whole numbers become float64, float32 stays. Raises TypeError for what is no numbers, and
    ValueError for a single number, an empty or ragged list, points of another dimension than
    `dimension` and, if `finite`, for NaN and infinities.

    >>> points([1, 2])
    array([1., 2.])
    """
    array = _array(name, value, "numbers of shape (..., d)")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got an array of shape {array.shape}")
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be numbers, got {shown(value)}")
    if array.ndim == 0:
        raise ValueError(
            f"{name} must have shape (..., d), got the single number {shown(value)}; for one dimension write [{shown(value)}]"
        )
    array = array if array.dtype.kind == "f" else array.astype(float)
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {_not_finite(array)}")
    if dimension is not None and array.shape[-1] != dimension:
        raise ValueError(f"{name} must have {dimension} numbers along its last axis, got an array of shape {array.shape}")
    return array


def as_points(w: Any, dimension: int | None = None, name: str = "w") -> Array:
    """Points (..., d) as they are if they are an array of floats of this dimension, else as
    `points` makes them.

    NaN and infinities may come in. For functions that are called at each step.
    """
    if type(w) is np.ndarray and w.dtype.kind == "f" and w.ndim and w.size and w.shape[-1] == (dimension or w.shape[-1]):
        return w
    return points(w, dimension, name, finite=False)


def is_array(value: Any) -> bool:
    """Whether something is several numbers, an array of at least one axis or a list, and not one
    number or no number.
    """
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _array(name: str, value: Any, what: str) -> NDArray[Any]:
    """The value as a new array; ValueError for a ragged list."""
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} must be an array of {what}, all rows of one length, got {shown(value)}") from None
    if array.dtype.kind == "O" and _too_large(array):
        raise ValueError(f"{name} must be finite, got {shown(value)}")
    return array


def _too_large(array: NDArray[Any]) -> bool:
    """Whether these objects are whole numbers, some beyond the range of a float."""
    return array.size > 0 and all(isinstance(each, Integral) and not isinstance(each, bool) for each in array.flat)


def _not_finite(array: Array) -> str:
    """The array if it is small; else which of its numbers is not finite."""
    if array.size <= 6:
        return repr(array.tolist())
    where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    return f"{array[where]} at index {where} of an array of shape {array.shape}"
