"""Numbers in words: the right digits, true minus signs, one style of powers."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdcore import words

LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
finite = st.floats(allow_nan=False, allow_infinity=False)
derandomized = settings(derandomize=True, deadline=None, max_examples=300, database=None)


def value_of(text: str) -> Decimal:
    """The number that a text says."""
    mantissa, raised, exponent = text.replace(",", "").translate(LOWERED).partition("\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}10")
    if not raised and (power := re.fullmatch("([−-]?)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)):
        mantissa, exponent = f"{power[1].translate(LOWERED)}1", power[2].translate(LOWERED)
    return Decimal(mantissa) * Decimal(10) ** int(exponent or 0)


@pytest.mark.parametrize(
    "x, decimals, text",
    [
        (0, 0, "0"),
        (-0.0, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (-0.006, 2, "−0.01"),
        (999.5, 0, "1,000"),
        (-1234567.891, 1, "−1,234,567.9"),
        (np.float32(0.5), 1, "0.5"),
        (np.int64(2500), np.int8(0), "2,500"),
        (np.array(3.25), 2, "3.25"),
    ],
)
def test_number(x: float, decimals: int, text: str) -> None:
    assert words.number(x, decimals) == text


@pytest.mark.parametrize(
    "x, digits, text",
    [
        (9.6e-7, 1, "1 · 10⁻⁶"),
        (9.6e-7, 2, "9.6 · 10⁻⁷"),
        (20, 1, "2 · 10¹"),
        (1, 1, "1 · 10⁰"),
        (0, 3, "0"),
        (-0.0, 1, "0"),
        (-2.5e-5, 2, "−2.5 · 10⁻⁵"),
        (1e300, 1, "1 · 10³⁰⁰"),
        (5e-324, 1, "5 · 10⁻³²⁴"),
        (1e-10, 3, "1.00 · 10⁻¹⁰"),
    ],
)
def test_power(x: float, digits: int, text: str) -> None:
    assert words.power(x, digits) == text.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    "x, digits, text",
    [
        (0.00996, 1, "0.01"),
        (0.0094, 1, "9 · 10⁻³"),
        (0.0099, 2, "9.9 · 10⁻³"),
        (9999.6, 5, "9,999.6"),
        (9999.6, 2, "1.0 · 10⁴"),
        (9940, 2, "9,940"),
        (0.997, 2, "1.0"),
        (99.7, 2, "100"),
        (17.2, 2, "17"),
        (-0.32, 1, "−0.3"),
        (12000, 2, "1.2 · 10⁴"),
    ],
)
def test_significant(x: float, digits: int, text: str) -> None:
    assert words.significant(x, digits) == text.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    "x, text",
    [
        (0.3, "0.3"),
        (0.1 + 0.2, "0.3"),
        (0.320, "0.32"),
        (0.012, "0.012"),
        (1.0, "1"),
        (-0.8, "−0.8"),
        (0.001, "0.001"),
        (9.99e-4, "9.99\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}10⁻⁴"),
        (3e-4, "3\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}10⁻⁴"),
        (1e-10, "10⁻¹⁰"),
        (-1e-10, "−10⁻¹⁰"),
        (1000, "1,000"),
        (999_999, "999,999"),
        (1e6, "10⁶"),
        (2.5e7, "2.5\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}10⁷"),
        (np.float64(-0.0), "0"),
        (np.int64(12), "12"),
    ],
)
def test_plain(x: float, text: str) -> None:
    assert words.plain(x) == text


@pytest.mark.parametrize(
    "text, better",
    [
        ("-0.8", "−0.8"),
        ("u = -1.395 and (-2)", "u = −1.395 and (−2)"),
        ("-0.00", "0.00"),
        ("at -0.0, -0.01", "at 0.0, −0.01"),
        ("−0. And −0.5", "0. And −0.5"),
        ("steps 3-5, a well-known k-2 and 1e-5", "steps 3-5, a well-known k-2 and 1e-5"),
        ("-.5", "−.5"),
        ("", ""),
    ],
)
def test_with_minus(text: str, better: str) -> None:
    assert words.with_minus(text) == better == words.with_minus(better)


def test_with_minus_takes_text_alone() -> None:
    with pytest.raises(TypeError, match=r"text must be a text, got -0\.8"):
        words.with_minus(-0.8)


def test_several_numbers() -> None:
    assert words.numbers(np.array([1, -0.001, -2000]), 1) == "1.0, 0.0, −2,000.0"
    assert words.numbers((7,)) == "7"


@derandomized
@given(finite, st.integers(1, 17))
def test_what_is_written_is_near_what_was_meant(x: float, digits: int) -> None:
    exact = Decimal(x)
    for text in (words.power(x, digits), words.significant(x, digits)):
        assert abs(value_of(text) - exact) <= abs(exact) * Decimal("0.5000001") * Decimal(10) ** (1 - digits)
    assert abs(value_of(words.plain(x)) - exact) <= abs(exact) * Decimal("0.5000001e-11")
    if abs(x) < 1e15:
        assert abs(value_of(words.number(x, digits)) - exact) <= Decimal("0.5000001") * Decimal(10) ** -digits


@derandomized
@given(finite, st.integers(1, 17))
def test_no_hyphen_and_no_sign_of_zero(x: float, digits: int) -> None:
    for text in (words.number(x, digits), words.power(x, digits), words.significant(x, digits), words.plain(x)):
        assert "-" not in text and " " not in text and text.startswith("−") == (x < 0 and value_of(text) != 0)


@pytest.mark.parametrize("write", [words.number, words.power, words.significant])
def test_refused_by_name(write: object) -> None:
    for wrong in (math.inf, -math.inf, math.nan):
        with pytest.raises(ValueError, match="x must be a finite number, got"):
            write(wrong)
    for wrong in ("1", None, True, [1.0]):
        with pytest.raises(TypeError, match="x must be a finite number, got"):
            write(wrong)
    name = "decimals" if write is words.number else "digits"
    for wrong in (-1, 18):
        with pytest.raises(ValueError, match=rf"{name} must be a whole number from . to 17, got {wrong}"):
            write(1.0, wrong)
    with pytest.raises(TypeError, match=rf"{name} must be a whole number from . to 17, got 1.5"):
        write(1.0, 1.5)


def test_several_numbers_refused_by_name() -> None:
    with pytest.raises(ValueError, match="x must be finite"):
        words.numbers([1.0, math.nan])
    with pytest.raises(ValueError, match=r"x must have shape \(n,\)"):
        words.numbers(1.0)
