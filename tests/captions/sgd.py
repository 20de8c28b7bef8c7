"""What the captions of the chapter on stochastic gradient descent must say, by loops and closed forms of their own."""

import math
from functools import cache

import numpy as np
from scipy.optimize import minimize

from gdcore import words
from gdcore.data import gabor_sample

SETTINGS = {
    "gabor_sgd": [
        {"batch_size": 3, "rate": 2, "seed": 2},
        {"batch_size": 28, "rate": 1, "seed": 1},
        {"batch_size": 7, "rate": 2, "seed": 4},
    ],
    "batch_cloud": [
        {"batch_size": 2, "drawing": "with replacement"},
        {"batch_size": 14, "drawing": "without"},
        {"batch_size": 27, "drawing": "without"},
    ],
    "five_schedules": [{"a": 0.25}, {"a": 2.0}],
    "three_plateaus": [{"cause": "noise floor"}, {"cause": "saddle"}, {"cause": "dead unit"}],
    "no_floor": [{"eta": 0.02}, {"eta": 0.05}],
    "constant_then_decay": [{"share": 0.1}, {"share": 1.0}],
    "clipping": [{"threshold": 2.0, "tail": "symmetric"}, {"threshold": 0.5, "tail": "one-sided"}],
    "batch_losses": [
        {"batch": 2, "place": "on the slope"},
        {"batch": 10, "place": "on the slope"},
        {"batch": 5, "place": "low in the valley"},
    ],
    "gabor_starts": [{"batch_size": 28}, {"batch_size": 3}],
    "noise_ball": [{"eta": 0.06, "batch_size": 1}, {"eta": 0.14, "batch_size": 16}, {"eta": 0.16, "batch_size": 1}],
    "schedules": [
        {"kind": "step decay", "first": 0.1, "half": 100},
        {"kind": "power law", "first": 0.05, "half": 30},
        {"kind": "linear", "first": 0.02, "half": 100},
        {"kind": "exponential", "first": 0.1, "half": 100},
        {"kind": "warm-up and cosine", "first": 0.14, "half": 300},
    ],
}

INPUTS, TARGETS = gabor_sample()


def _misfits(w, x, t):
    u = w[..., :1] + 0.06 * w[..., 1:] * x
    return np.sin(u) * np.exp(-(u**2) / 32) - t


def _loss(w, x=INPUTS, t=TARGETS):
    return (_misfits(w, x, t) ** 2).mean(axis=-1)


def _slope(w, x=INPUTS, t=TARGETS):
    """The mean gradient of the squared misfits, (..., 2), for data (..., B)."""
    u = w[..., :1] + 0.06 * w[..., 1:] * x
    bell = np.exp(-(u**2) / 32)
    inner = 2 * (np.sin(u) * bell - t) * bell * (np.cos(u) - u / 16 * np.sin(u))
    return np.stack([inner.mean(axis=-1), (inner * 0.06 * x).mean(axis=-1)], axis=-1)


def _walk(w, batch_size, rate, steps, seeds):
    """Walks side by side, (..., seeds, 2): each epoch a permutation from the seed and the epoch, read in order."""
    done, epoch = 0, 0
    while done < steps:
        epoch += 1
        order = np.array([np.random.default_rng([seed, epoch]).permutation(28) for seed in seeds])
        for first in range(0, 28, batch_size):
            if done < steps:
                rows = order[:, first : first + batch_size]
                w = w - rate * _slope(w, INPUTS[rows], TARGETS[rows])
                done += 1
    for _ in range(50):
        w = w - 2.0 * _slope(w)
    return w


@cache
def _rival():
    return minimize(_loss, [-6.2, 16.1], tol=1e-12).fun


def gabor_sgd(batch_size, rate, seed):
    ends = _walk(np.tile([3.0, 9.0], (1000, 1)), batch_size, rate, 300, range(1000))
    arrived = (_loss(ends) < 0.99 * _rival()).mean()
    return f"L = {_loss(ends[seed - 1]):.3f}. Of 1,000 seeds, {100 * arrived:.0f} % lead to the star."


def batch_cloud(batch_size, drawing):
    variance = 1 / batch_size if drawing == "with replacement" else 1 / batch_size * (28 - batch_size) / 27
    return f"Their standard deviation is {math.sqrt(variance):.2f} times that of single examples"


def batch_losses(batch, place):
    w = np.array([3.0, 9.0])
    for _ in range(50 if place == "low in the valley" else 0):
        w = w - 2.0 * _slope(w)
    rows = np.random.default_rng([3, 1]).permutation(28)[3 * batch - 3 : 3 * batch]
    x, t = INPUTS[rows], TARGETS[rows]
    end = w - 2.0 * _slope(w, x, t)
    turns = "uphill" if _loss(end) > _loss(w) else "downhill"
    return (
        f"its own loss goes from {_loss(w, x, t):.3f} to {_loss(end, x, t):.3f}, "
        f"that of all data from {_loss(w):.3f} to {_loss(end):.3f}: {turns}"
    )


def gabor_starts(batch_size):
    starts = np.array([[a, b] for b in np.linspace(3, 22, 20) for a in np.linspace(-9.5, 9.5, 20)]).reshape(4, 100, 2)
    ends = _walk(starts, batch_size, 2.0, 300, range(100)).reshape(400, 2)
    star = int((_loss(ends) < 0.99 * _rival()).sum())
    return f"With batches of {batch_size}, {star} of 400 starts lead to the star"


@cache
def _line():
    """Inputs, and slopes at the minimum."""
    generator = np.random.default_rng(4)
    x = generator.uniform(0, 3, 192)
    t = 1 + 0.5 * x + generator.normal(0, 0.5, 192)
    X = np.stack([np.ones(192), x], axis=1)
    W = np.linalg.solve(X.T @ X, X.T @ t)
    return X, 2 * (X @ W - t)[:, None] * X


def _step(M, eta, batch_size):
    """The mean of (e − η (H_B e + g_B))(…)ᵀ over batches, datum by datum, for a mean e of zero and e eᵀ = M in the mean."""
    X, g = _line()
    along = np.einsum("ni,ij,nj->n", X, M, X)
    squares = np.einsum("n,ni,nj->ij", 4 * along, X, X) / 192 + g.T @ g / 192
    H = 2 * X.T @ X / 192
    both = H @ M @ H
    return M - eta * (H @ M + M @ H) + eta**2 * (both + (squares - both) / batch_size)


def _above(M):
    X, _ = _line()
    return np.trace(X.T @ X / 192 @ M)


def noise_ball(eta, batch_size):
    M = np.zeros((2, 2))
    for _ in range(3000):
        M = _step(M, eta, batch_size)
    return "grows without end" if _above(M) > 100 else f"The floor lies {_above(M):.4f} above the minimum"


def schedules(kind, first, half):
    def rate(k):
        share = min(k / length, 1)
        return {
            "step decay": first * 0.5 ** (k // half),
            "power law": first / (1 + k / half),
            "linear": first * (1 - share),
            "exponential": first * math.exp(-k / half * math.log(2)),
            "warm-up and cosine": first * (1 + math.cos(math.pi * share)) / 2,
        }[kind]

    rise = half // 5 if kind.startswith("warm-up") else 0
    length = 2 * half - rise
    rates = [first * (k + 1) / rise if k < rise else rate(k - rise) for k in range(600)]
    M = np.array([[4.0, -4.0], [-4.0, 4.0]])
    for eta in rates:
        M = _step(M, eta, 1)
    return f"the loss is {_above(M):.4f} above the minimum on average"


def five_schedules(a):
    square = 1.0
    for k in range(1, 10_001):
        square = (1 - a / k) * (1 - a / k) * square + (a / k) ** 2
    return f"After 10,000 steps the mean squared distance is {words.significant(square)}"


def _trained(cause, factor):
    """The loss of all data along 600 steps, the rate multiplied by `factor` from step 150 on."""
    X, _ = _line()
    generator = np.random.default_rng(4)
    x = generator.uniform(0, 3, 192)
    t = 1 + 0.5 * x + generator.normal(0, 0.5, 192)
    w, rate, size = {
        "noise floor": ([1.0, 0.5], 0.15, 4),
        "saddle": ([1e-3, 1e-3], 0.04, 16),
        "dead unit": ([-1.0, -1.0, 1.0, 0.0], 0.06, 16),
    }[cause]

    def predicted(w, x):
        if cause == "noise floor":
            return w[0] + w[1] * x
        if cause == "saddle":
            return t.mean() + w[0] * w[1] * (x - X[:, 1].mean())
        return w[3] + w[2] * np.maximum(w[0] * x + w[1], 0)

    def slope(w, x, t, h=1e-6):
        loss = [[((predicted(w + s * h * e, x) - t) ** 2).mean() for s in (1, -1)] for e in np.eye(len(w))]
        return np.array([(up - down) / (2 * h) for up, down in loss])

    draws, w, losses = np.random.default_rng(0), np.array(w), []
    for step in range(601):
        losses.append(((predicted(w, x) - t) ** 2).mean())
        rows = draws.integers(192, size=size)
        w = w - (rate if step < 150 else factor * rate) * slope(w, x[rows], t[rows])
    return np.mean(losses[-100:])


def three_plateaus(cause):
    return f"is {_trained(cause, 1):.3f} with the rate kept and {_trained(cause, 0.25):.3f} with the rate cut"


def _moved(M, eta, share):
    """A step with single examples, where the noise at the minimum has this share of its variance."""
    _, g = _line()
    return _step(M, eta, 1) - (1 - share) * eta**2 * g.T @ g / 192


def no_floor(eta):
    ends = []
    for share in (1, 0):
        M = np.array([[4.0, -4.0], [-4.0, 4.0]])
        for _ in range(1000):
            M = _moved(M, eta, share)
        ends.append(words.significant(_above(M), 1))
    return f"the mean loss is {ends[0]} above the minimum, with exact targets {ends[1]}"


def constant_then_decay(share):
    M = np.array([[4.0, -4.0], [-4.0, 4.0]])
    for k in range(1, 601):
        M = _step(M, 0.05 * min(1, (601 - k) / (share * 600)), 1)
    return f"the run at 0.05 ends {_above(M):.4f} above the minimum"


def clipping(threshold, tail):
    generator, w, kept = np.random.default_rng(0), np.zeros(400), []
    for step in range(1500):
        one_sided = generator.uniform(size=400) ** (-2 / 3) - 3
        symmetric = (generator.uniform(size=400) ** (-2 / 3) - 1) * generator.choice([-1.0, 1.0], 400)
        g = w + (symmetric if tail == "symmetric" else one_sided)
        w = w - 0.05 * np.maximum(np.minimum(g, threshold), -threshold)
        if step >= 500 and step % 50 == 0:
            kept.append(np.abs(w))
    near, far = (words.significant(np.quantile(kept, share), 1) for share in (0.5, 0.99))
    return f"Half of the walks are within {near} of the minimum, 99 % within {far}."
