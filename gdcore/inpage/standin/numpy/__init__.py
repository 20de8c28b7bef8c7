"""The part of NumPy that gdcore's methods and landscapes use, for the page: arrays of float64.

What is done at every step is in arrays.js; what is not there at all raises an AttributeError.
"""

from math import e, inf, nan, pi

import _arrays
from _arrays import (
    arccos,
    arcsin,
    arctan,
    arctan2,
    broadcast_shapes,
    broadcast_to,
    ceil,
    cos,
    cosh,
    exp,
    expm1,
    floor,
    full,
    hypot,
    isfinite,
    isinf,
    isnan,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    sign,
    sin,
    sinh,
    sqrt,
    stacked,
    swapaxes,
    tan,
    tanh,
    where,
)

newaxis = None
abs = absolute = _arrays.absolute
float_power = None


class generic:
    """The base of NumPy's scalars."""


class floating(float):
    """The base of NumPy's floats."""


class float64(floating):
    """One float64: what an array without axes is."""

    def __new__(cls, value=0.0):
        return _arrays.scalar(value)

    def __repr__(self):
        return f"np.float64({self.tolist()!r})"

    def __str__(self):
        return str(self.tolist())

    def __format__(self, how):
        return format(self.tolist(), how)

    def __float__(self):
        return self.tolist()

    def __int__(self):
        return int(self.tolist())

    def __abs__(self):
        return _arrays.absolute(self)

    def __round__(self, digits=None):
        return round(self.tolist(), digits)

    def __hash__(self):
        return hash(self.tolist())


bool_ = bool
integer = int_ = int64 = intp = int
True_, False_ = True, False


class dtype:
    """The kind of an array's elements; there are four."""

    def __init__(self, kind, name):
        self.kind, self.name = kind, name

    def __repr__(self):
        return f"dtype('{self.name}')"

    def __str__(self):
        return self.name

    def __eq__(self, other):
        return self is other or _KINDS.get({float: "f", int: "i", bool: "b"}.get(other)) is self

    def __hash__(self):
        return hash(self.name)


_KINDS = {
    each: dtype(each, name) for each, name in (("f", "float64"), ("i", "int64"), ("b", "bool"), ("O", "object"), ("U", "<U1"))
}


class ndarray:
    """Numbers along axes. Most of it is answered by arrays.js before these methods are asked."""

    def __new__(cls, *arguments):
        raise TypeError("make an array by np.array")

    def __len__(self):
        return _arrays.length(self)

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def __contains__(self, value):
        return any(each == value for each in self)

    def __float__(self):
        if self.size != 1:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return float(self.item())

    def __int__(self):
        return int(float(self))

    def __abs__(self):
        return absolute(self)

    def __bool__(self):
        return bool(self.any()) if self.size == 1 else _ambiguous()

    def __repr__(self):
        return f"array({_shown(self.tolist(), ', ')})"

    def __str__(self):
        return _shown(self.tolist(), " ")

    def __format__(self, how):
        return format(self.item(), how) if how else str(self)

    def __hash__(self):
        raise TypeError("unhashable type: 'numpy.ndarray'")


_arrays.adopt(ndarray, float64, _KINDS)


def _shown(value, between):
    if isinstance(value, list):
        return "[" + between.join(_shown(each, between) for each in value) + "]"
    text = f"{value:.8g}" if isinstance(value, float) else repr(value)
    return text if not isinstance(value, float) or "e" in text or "." in text or text in ("nan", "inf", "-inf") else text + "."


def _ambiguous():
    raise ValueError("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")


def array(value, dtype=None):
    """A new array of numbers."""
    made = _arrays.array(value)
    return made if dtype is None else made.astype(dtype)


def asarray(value, dtype=None):
    """The array itself, or a new one of what is none."""
    made = _arrays.asarray(value)
    return made if dtype is None else made.astype(dtype, copy=False)


def zeros(shape, dtype=float):
    """An array of zeros."""
    return full(shape, 0, dtype)


empty = zeros


def ones(shape, dtype=float):
    """An array of ones."""
    return full(shape, 1, dtype)


def full_like(x, value):
    """An array of x's shape and kind with this value."""
    return full(shape(x), value, asarray(x).dtype)


def zeros_like(x):
    """An array of x's shape and kind with zeros."""
    return full_like(x, 0)


empty_like = zeros_like


def ones_like(x):
    """An array of x's shape and kind with ones."""
    return full_like(x, 1)


def arange(start, stop=None, step=1):
    """Numbers at equal distances."""
    start, stop = (0, start) if stop is None else (start, stop)
    count = int(-((start - stop) // step))
    return array([start + k * step for k in range(count)])


def linspace(start, stop, num=50):
    """Numbers from start to stop, both included."""
    return array([float(start)] if num == 1 else [start + (stop - start) / (num - 1) * k for k in range(num - 1)] + [float(stop)])


def eye(n, dtype=float):
    """The identity."""
    return array([[float(i == j) for j in range(n)] for i in range(n)])


identity = eye


def diag(x):
    """The matrix of this diagonal, or the diagonal of this matrix."""
    x = asarray(x)
    if x.ndim == 2:
        return x.diagonal()
    return array([[x[i] if i == j else 0 for j in range(x.size)] for i in range(x.size)])


def outer(x, y):
    """The products of all pairs."""
    return asarray(x)[:, None] * asarray(y)


def dot(x, y):
    """The product of vectors and matrices."""
    return asarray(x).dot(asarray(y))


def matmul(x, y):
    """x @ y."""
    return asarray(x) @ asarray(y)


def tile(x, repeats):
    """x repeated along its axes: (k, 1) repeats a list k times."""
    rows, once = repeats
    if once != 1:
        raise NotImplementedError("np.tile repeats rows alone in the page")
    return array([asarray(x).tolist() for _ in range(rows)])


def stack(arrays, axis=0):
    """Arrays of one shape along a new axis, the first or the last."""
    rows = stacked([asarray(each) for each in arrays])
    if axis == 0:
        return rows
    if axis not in (-1, rows.ndim - 1):
        raise NotImplementedError("np.stack takes the first or the last axis in the page")
    first = rows.reshape(len(rows), -1).T
    return first.reshape(rows.shape[1:] + (len(rows),))


def concatenate(arrays, axis=0):
    """Arrays one after the other along the last axis, or along the first."""
    parts = [asarray(each) for each in arrays]
    if axis in (-1, parts[0].ndim - 1):
        lead = parts[0].shape[:-1]
        pieces = zip(*(part.reshape(-1, part.shape[-1]).tolist() for part in parts))
        rows = [[each for piece in row for each in piece] for row in pieces]
        return array(rows).reshape(lead + (len(rows[0]),))
    return array([row for part in parts for row in part.tolist()])


def shape(x):
    """How many elements along each axis."""
    return () if isinstance(x, (int, float)) and not isinstance(x, float64) else asarray(x).shape


def ndim(x):
    """The number of axes."""
    return len(shape(x))


def expand_dims(x, axis):
    """x with an axis of one element more, at its end."""
    x = asarray(x)
    return x[..., None] if axis == -1 else x[None]


def divide(x, y, out=None, where=None):
    """x / y, and what is in `out` where `where` is False."""
    quotient = _arrays.divide(asarray(x), asarray(y))
    return quotient if where is None else _arrays.where(where, quotient, out)


def square(x):
    """x²."""
    return asarray(x) ** 2


def power(x, y):
    """x to the power of y."""
    return asarray(x) ** y


def round(x, decimals=0):
    """Rounded to so many decimals."""
    return asarray(x).round(decimals)


def clip(x, low, high):
    """x, not below low and not above high."""
    return minimum(maximum(x, low), high)


def isin(x, values):
    """Where x is one of these values."""
    return array([each in list(values) for each in asarray(x).ravel().tolist()]).reshape(shape(x))


def unique(x):
    """The different values, the smallest first."""
    return array(sorted(set(asarray(x).ravel().tolist())))


def allclose(x, y, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements are nearly the same."""
    for a, b in zip(*(broadcast_to(asarray(each), broadcast_shapes(shape(x), shape(y))).ravel().tolist() for each in (x, y))):
        near = a == b or _abs(a - b) <= atol + rtol * _abs(b)
        if not near and not (equal_nan and a != a and b != b):
            return False
    return True


def _abs(x):
    return -x if x < 0 else x


def array_equal(x, y):
    """Whether shape and all elements are the same."""
    return shape(x) == shape(y) and bool((asarray(x) == asarray(y)).all())


def argwhere(x):
    """The places of what is not 0, one a row."""
    x = asarray(x)
    return array([unravel_index(k, x.shape) for k, each in enumerate(x.ravel().tolist()) if each])


def flatnonzero(x):
    """The places of what is not 0."""
    return array([k for k, each in enumerate(asarray(x).ravel().tolist()) if each], int)


def argsort(x, axis=-1, kind="stable"):
    """The places along the last axis, that of the least value first."""
    x = asarray(x)
    if axis not in (-1, x.ndim - 1):
        raise NotImplementedError("np.argsort sorts along the last axis in the page")
    rows = [row.tolist() for row in x.reshape(-1, x.shape[-1])]
    return array([sorted(range(len(row)), key=row.__getitem__) for row in rows]).reshape(x.shape)


def take_along_axis(x, places, axis):
    """The elements of x at these places along one of the last two axes."""
    if axis not in (-1, -2):
        raise NotImplementedError("np.take_along_axis takes one of the last two axes in the page")
    x, places = (asarray(each) if axis == -1 else asarray(each).mT for each in (x, places))
    lead = broadcast_shapes(x.shape[:-1], places.shape[:-1])
    rows, chosen = (broadcast_to(each, lead + each.shape[-1:]).reshape(-1, each.shape[-1]).tolist() for each in (x, places))
    taken = array([[row[k] for k in order] for row, order in zip(rows, chosen)]).reshape(lead + places.shape[-1:])
    return taken if axis == -1 else taken.mT


def unravel_index(index, shape):
    """The place along each axis of an element."""
    found = []
    for size in reversed(shape):
        index, place = divmod(int(index), size)
        found.insert(0, place)
    return tuple(found)


def result_type(*arrays):
    """The kind that holds all of these."""
    return _KINDS["f"]


def _reduction(name):
    def reduced(x, axis=None, keepdims=False):
        return _arrays.reduce(name, asarray(x), axis, keepdims)

    reduced.__name__ = name
    return reduced


sum, prod, max, min, any, all, mean, argmax, argmin = (
    _reduction(name) for name in ("sum", "prod", "max", "min", "any", "all", "mean", "argmax", "argmin")
)
amax, amin = max, min


class finfo:
    """What a float64 can hold."""

    eps, tiny, max, min = 2.0**-52, 2.0**-1022, 1.7976931348623157e308, -1.7976931348623157e308
    smallest_normal = tiny

    def __init__(self, kind):
        pass


class errstate:
    """Warnings off: the page gives none."""

    def __init__(self, **kinds):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


def __getattr__(name):
    raise AttributeError(f"module 'numpy' has no attribute '{name}'")


import numpy.linalg  # noqa: E402
import numpy.random  # noqa: E402
