"""What the captions of the chapter on regularization must say, each computed in another way than on the page."""

import itertools

import numpy as np

SETTINGS = {
    "polynomial_and_penalty": [
        {"degree": 11, "strength": 0.001},
        {"degree": 4, "strength": 1},
        {"degree": 9, "strength": 1e-07},
    ],
    "bias_and_variance": [{"strength": 0.001}, {"strength": 1e-06}, {"strength": 10}],
    "corner_or_circle": [
        {"penalty": "L1", "strength": 1.6},
        {"penalty": "L2", "strength": 1.6},
        {"penalty": "half of each", "strength": 2.9},
        {"penalty": "L1", "strength": 2.9},
    ],
    "lasso_path": [{"strength": 0.316, "scale": 1.0}, {"strength": 0.0398, "scale": 0.18}, {"strength": 1.0, "scale": 10.0}],
    "early_stopping_is_almost_ridge": [
        {"steps": 10, "strength": 0.1},
        {"steps": 1000, "strength": 1.0},
        {"steps": 1, "strength": 0.001},
    ],
}


def short(value):
    return f"{value:.2g}" if value >= 0.001 else "less than 0.001"


def with_rows(X, t, strengths):
    """Ridge as least squares with one more row for each weight, of target 0."""
    rows = np.vstack([X, np.diag(np.sqrt(len(t) * np.asarray(strengths)))])
    return np.linalg.lstsq(rows, np.concatenate([t, np.zeros(X.shape[1])]))[0]


def polynomial_and_penalty(degree, strength):
    x_old, x_new = np.linspace(-1, 1, 12), np.random.default_rng(0).uniform(-1, 1, 1000)
    t_old, t_new = (
        np.sin(np.pi * x) + np.random.default_rng(seed).normal(0, 0.3, x.shape) for x, seed in ((x_old, 2), (x_new, 3))
    )
    w = with_rows(np.vander(x_old, degree + 1, increasing=True), t_old, [0.0] + [strength] * degree)
    old, new = (np.mean((np.polyval(w[::-1], x) - t) ** 2) for x, t in ((x_old, t_old), (x_new, t_new)))
    return f"{short(old)} on the 12 points, {short(new)} on fresh ones. The largest weight is {np.abs(w[1:]).max():.3g}."


def bias_and_variance(strength):
    """By the matrix that turns targets into fitted values, from one fit to each unit vector."""
    x = np.linspace(-1, 1, 12)
    X = np.vander(x, 10, increasing=True)
    S = np.column_stack([X @ with_rows(X, unit, [0.0] + [strength] * 9) for unit in np.eye(12)]) - 1 / 12
    truth = np.sin(np.pi * x)
    bias, variance = np.mean((S @ truth - truth) ** 2), 0.09 * np.sum(S**2) / 12
    return f"Bias² {short(bias)} plus variance {short(variance)} makes {bias + variance:.3g} by the formula"


def corner_or_circle(penalty, strength):
    """With the signs of the weights known, the minimum solves a linear system; the right signs have the lowest loss."""
    H, unfenced = np.array([[1.0, 0.5], [0.5, 2.0]]), np.array([1.0, 1.2])
    l1, l2 = {"L1": (1, 0), "L2": (0, 1), "half of each": (0.5, 0.5)}[penalty]

    def penalized(w):
        size = l1 * np.abs(w).sum() + l2 * (w**2).sum()
        return (w - unfenced) @ H @ (w - unfenced) / 2 + strength * size

    candidates = [np.zeros(2)]
    for signs in itertools.product((-1, 0, 1), repeat=2):
        free = np.flatnonzero(signs)
        if len(free):
            w = np.zeros(2)
            matrix = H[np.ix_(free, free)] + 2 * strength * l2 * np.eye(len(free))
            w[free] = np.linalg.solve(matrix, (H @ unfenced - strength * l1 * np.array(signs))[free])
            candidates.append(w)
    best = min(candidates, key=penalized)
    zeros = {(True, True): "both", (True, False): "w₁", (False, True): "w₂", (False, False): "none"}[tuple(best == 0)]
    size = l1 * np.abs(best).sum() + l2 * (best**2).sum()
    return f"Minimum at ({best[0]:.3f}, {best[1]:.3f}), size R = {size:.3f}. Exactly zero: {zeros}."


def lasso_path(strength, scale):
    """Coordinate descent on the features that are really rescaled."""
    strength, scale = 10 ** round(np.log10(strength), 1), 10 ** (round(4 * np.log10(scale)) / 4)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 100))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    t = X[:, :9] @ [0.2, 1.2, -1.0, 0.9, -0.8, 0.7, -0.6, 0.5, -0.4] + rng.normal(size=200)
    t = t - t.mean()
    X[:, 0] *= scale
    w, gram, moments = np.zeros(100), X.T @ X / 100, X.T @ t / 100
    for _ in range(300):
        for j in range(100):
            alone = moments[j] - gram[j] @ w + gram[j, j] * w[j]
            w[j] = np.sign(alone) * max(abs(alone) - strength, 0) / gram[j, j]
    fate = f"keeps F₁ with the effect {scale * w[0]:.3f}" if w[0] else "drops F₁"
    shrunk = scale * with_rows(X, t, [strength] * 100)[0]
    return f"The lasso keeps {np.count_nonzero(w)} of 100 features and {fate}; ridge gives it {shrunk:.3f}."


def early_stopping_is_almost_ridge(steps, strength):
    """A descent of every eigenvalue towards 1."""
    h, w = np.geomspace(1e-4, 1, 161), np.zeros(161)
    for _ in range(steps):
        w = w - 0.5 * h * (w - 1)
    gap = np.abs(w - h / (h + 2 * strength)).max()
    return f"Largest difference of the factors: {gap:.3f}, at h ="
