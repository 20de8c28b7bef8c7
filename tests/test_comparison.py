"""The statistics of a race: against their formulas, simulated, and what they refuse."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from gdcore import results
from gdcore.comparison import cohens_d, compare, expected_best, power

A, B = [1.0, 2.0, 4.0, 5.0], [2.5, 3.5, 6.0, 8.0, 9.0]


def test_the_tests_by_hand() -> None:
    found = compare(A, B)
    # Means 3 and 5.8, variances 10/3 and 31.3/4 = 7.825; pairs with a > b: 4 > 2.5, 3.5 and 5 > 2.5, 3.5.
    assert found["difference"] == pytest.approx(-2.8)
    assert found["t"] == pytest.approx(-2.8 / np.sqrt(10 / 3 / 4 + 7.825 / 5))
    assert found["u"] == 4
    assert found["cohens_d"] == cohens_d(A, B) == pytest.approx(-2.8 / np.sqrt((10 + 31.3) / 7))
    # Of the 126 ways to choose four ranks of nine, 12 give U <= 4 (1, 1, 2, 3 and 5 for U = 0 to 4), and as many U >= 16.
    assert found["u_p"] == pytest.approx(24 / 126)
    assert found["interval"][0] < found["difference"] < found["interval"][1]


def test_the_samples_are_told_apart() -> None:
    there, back = compare(A, B), compare(B, A)
    assert there["u"] + back["u"] == len(A) * len(B) and there["u_p"] == pytest.approx(back["u_p"])
    assert there["t"] == pytest.approx(-back["t"]) and there["normality_p"] == back["normality_p"][::-1]
    skewed = compare(np.exp(np.arange(12.0)), np.arange(12.0))["normality_p"]
    assert skewed[0] < 0.001 < 0.05 < skewed[1]


def test_the_bootstrap_interval_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(4)
    draws = [compare(generator.normal(1, 1, 20), generator.normal(0, 1, 20), seed=k)["interval"] for k in range(60)]
    assert 0.85 <= np.mean([low < 1 < high for low, high in draws]) <= 1


def test_the_power_is_how_often_the_test_rejects() -> None:
    generator = np.random.default_rng(5)
    a, b = generator.normal(0.8, 1, (20_000, 10)), generator.normal(0, 1, (20_000, 10))
    t = (a.mean(1) - b.mean(1)) / np.sqrt((a.var(1, ddof=1) + b.var(1, ddof=1)) / 10)
    assert power(0.8, 10) == pytest.approx(np.mean(np.abs(t) > 2.1009), abs=0.01)  # t's quantile, 18 degrees, from a table
    assert power(3, 100) == 1 and power(20, 1000) == 1
    assert power(0, 10) == pytest.approx(0.05) and power(-0.8, 10) == pytest.approx(power(0.8, 10))


def test_momentum_beats_the_plain_method_at_the_sources_settings() -> None:
    plain, momentum = (results.read(f"fashion_mnist_{name}")["mcc"] for name in ("plain", "momentum"))
    found = compare(momentum, plain)
    assert found["difference"] == pytest.approx(np.mean(momentum) - np.mean(plain))
    assert len(plain) == len(momentum) == 22


@pytest.mark.parametrize("bad", [[1.0, 2.0], [3.0, 3.0, 3.0], [[1.0, 2.0, 3.0]], [1.0, np.nan, 2.0]])
def test_samples_that_say_nothing_are_refused(bad: list[float]) -> None:
    for call in (lambda: compare(bad, A), lambda: cohens_d(bad, A)):
        with pytest.raises(ValueError, match="a must"):
            call()
    with pytest.raises(ValueError, match="b must"):
        compare(A, bad)


def test_power_refuses_what_is_no_test() -> None:
    with pytest.raises(ValueError, match="runs must"):
        power(1, 1)
    with pytest.raises(ValueError, match="level must"):
        power(1, 5, level=1.0)


def test_the_best_of_some_trials_is_that_of_all_draws() -> None:
    scores, elsewhere = [0.3, 0.9, 0.5, 0.7], [3.0, 1.0, 4.0, 1.5]
    for n in (1, 2, 3):
        draws = list(itertools.product(range(4), repeat=n))
        best = [max(draw, key=lambda k: scores[k]) for draw in draws]
        assert expected_best(scores, n) == pytest.approx(np.mean([scores[k] for k in best]))
        assert expected_best(scores, n, of=elsewhere) == pytest.approx(np.mean([elsewhere[k] for k in best]))
    with pytest.raises(ValueError, match="of must have one number for each of the 4"):
        expected_best(scores, 2, of=[1.0])
    with pytest.raises(ValueError, match="trials must"):
        expected_best(scores, 0)
