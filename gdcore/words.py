"""Numbers as sentences and captions write them: a true minus sign, one style of powers of ten,
which no line is broken at.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import floor, log10

from numpy.typing import ArrayLike

from gdcore import validation

_MINUS, _TIMES = "−", "\u00a0·\u00a0"  # between no-break spaces
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LEAST, _MOST = 0.01, 10_000  # between them a number is easier to read than a power
_MOST_DIGITS = 17  # a float holds no more


def number(x: float, decimals: int = 0) -> str:
    """A number with so many decimals, commas between thousands and a true minus sign.

    What is rounded to 0 has no sign. Raises TypeError for what is no number, ValueError for NaN and
    infinities and for `decimals` not from 0 to 17.

    >>> number(12345.678, 2), number(-0.5, 1), number(-0.001, 2), number(2500)
    ('12,345.68', '−0.5', '0.00', '2,500')
    """
    return _written(validation.number("x", x), _digits("decimals", decimals, least=0))


def numbers(x: ArrayLike, decimals: int = 0) -> str:
    """Several numbers, each as `number` writes it, separated by commas.

    >>> numbers([1.25, -0.5], 2)
    '1.25, −0.50'
    """
    return ", ".join(number(each, decimals) for each in validation.numbers("x", x, axes=1, shape="(n,)").tolist())


def power(x: float, digits: int = 1) -> str:
    """A number of so many significant digits times a power of ten; 0 is 0.

    Raises TypeError for what is no number, ValueError for NaN and infinities and for `digits` not
    from 1 to 17.

    >>> print(power(2.46e-5, 2), power(9.6e-7), power(20), power(-3e8), power(0), sep="; ")
    2.5 · 10⁻⁵; 1 · 10⁻⁶; 2 · 10¹; −3 · 10⁸; 0
    """
    plain = validation.number("x", x)
    if plain == 0:
        return "0"
    mantissa, exponent = f"{plain:.{_digits('digits', digits, least=1) - 1}e}".split("e")
    return f"{mantissa.replace('-', _MINUS)}{_TIMES}10{str(int(exponent)).translate(_RAISED)}"


def significant(x: float, digits: int = 2) -> str:
    """A number of so many significant digits, written out or, if it is far from 1, as a `power`.

    Written out are numbers from 0.01 to below 10,000 after rounding, and 0. No digit before the
    decimal point is rounded away. Raises what `power` raises.

    >>> print(significant(0.3158), significant(4.1e-9), significant(-99.7), sep="; ")
    0.32; 4.1 · 10⁻⁹; −100
    """
    plain, count = validation.number("x", x), _digits("digits", digits, least=1)
    if plain == 0:
        return "0"
    rounded = abs(float(f"{plain:.{count - 1}e}"))
    if not _LEAST <= rounded < _MOST:
        return power(plain, count)
    return _written(plain, max(0, count - 1 - floor(log10(rounded))))


_PLAIN_FROM, _PLAIN_BELOW = Decimal("0.001"), Decimal(1_000_000)
_HYPHEN = re.compile(r"(?<![\w.)\]])-(?=\.?\d)")
_ZERO = re.compile(r"−(?=0(?:\.0*)?(?!\d|[.,]\d))")


def plain(x: float) -> str:
    """A number as people write it: no zeros at its end, a power of ten if it is very small or
    large.

    Up to twelve significant digits are kept. Raises TypeError for what is no number, ValueError for
    NaN and infinities.

    >>> print(plain(0.30), plain(-0.8), plain(1e-10), plain(3e-4), plain(-0.0), sep="; ")
    0.3; −0.8; 10⁻¹⁰; 3 · 10⁻⁴; 0
    """
    exact = Decimal(f"{validation.number('x', x):.11e}").normalize()
    if not exact:
        return "0"
    if _PLAIN_FROM <= abs(exact) < _PLAIN_BELOW:
        return f"{exact:,f}".replace("-", _MINUS)
    mantissa, _, exponent = f"{exact:e}".partition("e")
    raised = f"10{str(int(exponent)).translate(_RAISED)}"
    if mantissa in ("1", "-1"):
        return mantissa[:-1].replace("-", _MINUS) + raised
    return f"{mantissa.replace('-', _MINUS)}{_TIMES}{raised}"


def with_minus(text: str) -> str:
    """A text with true minus signs in the place of hyphens before numbers, and with none before a
    number that is 0.

    >>> with_minus("from -0.8 to -0.00, in 3-5 steps of well-known size (-2)")
    'from −0.8 to 0.00, in 3-5 steps of well-known size (−2)'
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a text, got {validation.shown(text)}")
    return _ZERO.sub("", _HYPHEN.sub(_MINUS, text))


def _written(x: float, decimals: int) -> str:
    return f"{x:z,.{decimals}f}".replace("-", _MINUS)  # z: no sign before a 0


def _digits(name: str, value: int, least: int) -> int:
    return validation.whole_number(name, value, least=least, most=_MOST_DIGITS)
