"""Trainings compared: tests, size of the effect, intervals, power, and the best of some trials."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.objectives import Array


def compare(a: ArrayLike, b: ArrayLike, seed: int = 0) -> dict[str, Any]:
    """Two independent samples of a score, such as the accuracies of the runs of two methods.

    - `t`, `t_p`: Welch's t-test of equal means, which does not suppose equal variances.
    - `u`, `u_p`: the Mann–Whitney test, U of a, two-sided, exact if no two scores are equal and one
      sample has at most eight (SciPy's rule), else by the normal approximation.
    - `cohens_d`: see `cohens_d`.
    - `normality_p`: of the Shapiro–Wilk test for each of these two samples. It speaks of the runs
      compared here, not of other runs.
    - `difference`, `interval`: mean a − mean b, and its bootstrap interval of 95 %, BCa, 10,000
      samples drawn by `seed`.

    Raises TypeError or ValueError for samples of fewer than three scores, or in which all scores
    are equal.

    >>> found = compare([0.81, 0.84, 0.83, 0.86], [0.79, 0.80, 0.82, 0.81])
    >>> f"{found['difference']:.3f}, p = {found['t_p']:.3f} and {found['u_p']:.3f}"
    '0.030, p = 0.058 and 0.081'
    """
    first, second = _sample("a", a), _sample("b", b)
    generator = np.random.default_rng(validation.whole_number("seed", seed, least=0))
    t = scipy.stats.ttest_ind(first, second, equal_var=False)
    u = scipy.stats.mannwhitneyu(first, second, alternative="two-sided")
    drawn = scipy.stats.bootstrap((first, second), _difference, n_resamples=10_000, method="BCa", rng=generator)
    return {
        "t": float(t.statistic),
        "t_p": float(t.pvalue),
        "u": float(u.statistic),
        "u_p": float(u.pvalue),
        "cohens_d": cohens_d(first, second),
        "normality_p": [float(scipy.stats.shapiro(each).pvalue) for each in (first, second)],
        "difference": float(_difference(first, second)),
        "interval": [float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)],
    }


def cohens_d(a: ArrayLike, b: ArrayLike) -> float:
    """Cohen's d = (ā − b̄) / s, with s² = ((n_a − 1) s_a² + (n_b − 1) s_b²) / (n_a + n_b − 2).

    The difference of the means, in units of the spread between runs. Raises as `compare`.

    >>> round(cohens_d([1, 2, 3], [3, 4, 5]), 6)
    -2.0
    """
    first, second = _sample("a", a), _sample("b", b)
    degrees = len(first) - 1, len(second) - 1
    pooled = (degrees[0] * first.var(ddof=1) + degrees[1] * second.var(ddof=1)) / sum(degrees)
    return float((first.mean() - second.mean()) / np.sqrt(pooled))


def power(d: float, runs: int, level: float = 0.05) -> float:
    """How likely the two-sided t-test with `runs` runs of each method finds a true effect d.

    The t statistic has 2n − 2 degrees of freedom and, under normal scores of equal variance, the
    noncentrality d √(n/2). The power is the probability that |t| exceeds the quantile of `level`.

    Raises TypeError or ValueError for an effect that is no finite number, fewer than two runs, or a
    level outside (0, 1).

    >>> f"{power(0.5, 10):.2f}, {power(0.5, 64):.2f}"
    '0.19, 0.80'
    """
    effect = validation.number("d", d)
    n = validation.whole_number("runs", runs, least=2, most=10**9)
    if not 0 < validation.number("level", level) < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}")
    degrees, shift = 2 * n - 2, effect * np.sqrt(n / 2)
    quantile = scipy.stats.t.ppf(1 - level / 2, degrees)
    # The other tail by symmetry: SciPy's cdf there is NaN for large effects.
    return float(scipy.stats.nct.sf(quantile, degrees, shift) + scipy.stats.nct.sf(quantile, degrees, -shift))


def expected_best(scores: ArrayLike, trials: int, of: ArrayLike | None = None) -> float:
    """What you get on average if you draw so many of the trials and keep the best of them.

    With N scores s₁ ≤ … ≤ s_N the best of n draws (with replacement) is the i-th with probability
    (i/N)ⁿ − ((i−1)/N)ⁿ, so the mean is Σ sᵢ [(i/N)ⁿ − ((i−1)/N)ⁿ] (Dodge et al. 2019).

    - `scores`: of the trials, by which the best is chosen; higher is better.
    - `trials`: how many are drawn.
    - `of`: what is averaged, one number for each score, such as the test scores of trials that are
      chosen by their validation scores; by default the scores themselves.

    Raises TypeError or ValueError for no scores, another number in `of`, or fewer than one trial.

    >>> expected_best([0.7, 0.8, 0.9], 1), round(expected_best([0.7, 0.8, 0.9], 3), 4)
    (0.8, 0.8667)
    """
    by = _list("scores", scores)
    told = by if of is None else _list("of", of)
    if len(told) != len(by):
        raise ValueError(f"of must have one number for each of the {len(by)} scores, got {len(told)}")
    n = validation.whole_number("trials", trials, least=1)
    shares = np.diff((np.arange(len(by) + 1) / len(by)) ** n)
    return float(shares @ told[np.argsort(by, kind="stable")])


def _list(name: str, values: ArrayLike) -> Array:
    found = np.asarray(validation.numbers(name, values), float)
    if found.ndim != 1:
        raise ValueError(f"{name} must be a list of numbers, got {validation.shown(values)}")
    return found


def _difference(a: Array, b: Array, axis: int = -1) -> Array:
    found: Array = np.mean(a, axis=axis) - np.mean(b, axis=axis)
    return found


def _sample(name: str, values: ArrayLike) -> Array:
    sample = np.asarray(validation.numbers(name, values), float)
    if sample.ndim != 1 or len(sample) < 3 or np.ptp(sample) == 0:
        raise ValueError(f"{name} must be a list of at least three scores that are not all equal, got {validation.shown(values)}")
    return sample
