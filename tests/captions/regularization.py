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
    "validation_curve": [
        {"method": "one split", "split": 1},
        {"method": "one split", "split": 7},
        {"method": "5 folds", "split": 3},
    ],
    "choose_or_share": [
        {"penalty": "L1", "shift": 0.5},
        {"penalty": "L1", "shift": -1.5},
        {"penalty": "L2", "shift": 1.0},
        {"penalty": "elastic net", "shift": 0.0},
    ],
    "speed_for_bias": [{"strength": 0.01}, {"strength": 5.6234}, {"strength": 100.0}],
    "double_descent": [{"strength": 0.01}, {"strength": 1.0}],
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


def validation_curve(method, split):
    """With one more row of target 0 for each weight, fold by fold."""
    strengths = 10 ** np.arange(-3, 2.01, 0.25)
    rng = np.random.default_rng(21)
    truth = rng.normal(0, 20**-0.5, (400, 20))[0]
    X = rng.normal(size=(400, 40, 20))
    noise = rng.normal(size=(400, 40))[0]
    X = X[0]
    t = X @ truth + noise
    folds = np.split(np.random.default_rng(split).permutation(40), 5)[: 5 if method == "5 folds" else 1]
    curve = []
    for strength in strengths:
        errors = []
        for out in folds:
            rest = sorted(set(range(40)) - set(out.tolist()))
            w = with_rows(X[rest], t[rest], [strength] * 20)
            errors.append(sum((X[n] @ w - t[n]) ** 2 for n in out) / len(out))
        curve.append(np.mean(errors))
    best = strengths[np.argmin(curve)]
    w = with_rows(X, t, [best] * 20)
    fresh = 1 + ((w - truth) ** 2).sum()
    return (
        f"with the validation error {min(curve):.3f}. Refitted to all forty examples it has the error {fresh:.3f} on fresh data."
    )


def choose_or_share(penalty, shift):
    """With the signs of the weights known, the minimum solves a linear system; the right signs have the lowest loss."""
    H, unfenced = np.array([[2, 1.94], [1.94, 2]]), np.array([1 + shift, 1 - shift])
    first, second = {"L1": (0.4, 0), "L2": (0, 0.2), "elastic net": (0.2, 0.1)}[penalty]

    def penalized(w):
        return (w - unfenced) @ H @ (w - unfenced) / 2 + first * np.abs(w).sum() + second * (w**2).sum()

    candidates = [np.zeros(2)]
    for signs in itertools.product((-1, 0, 1), repeat=2):
        free = np.flatnonzero(signs)
        if len(free):
            w = np.zeros(2)
            matrix = H[np.ix_(free, free)] + 2 * second * np.eye(len(free))
            w[free] = np.linalg.solve(matrix, (H @ unfenced - first * np.array(signs))[free])
            candidates.append(w)
    best = min(candidates, key=penalized)
    return f"with the penalty {best[0]:.3f} and {best[1]:.3f}."


def double_descent(strength):
    """By the system of the examples, which has forty equations for every width."""
    widths = [2, 5, 10, 15, 20, 25, 30, 35, 38, 40, 42, 45, 50, 60, 80, 110, 150, 200]
    rng = np.random.default_rng(31)
    truth = rng.normal(0, 200**-0.5, (60, 200))
    X = rng.normal(size=(60, 40, 200))
    t = np.einsum("snd,sd->sn", X, truth) + 0.5 * rng.normal(size=(60, 40))
    errors = []
    for d in widths:
        missed = []
        for k in range(60):
            w = np.zeros(200)
            w[:d] = X[k, :, :d].T @ np.linalg.solve(X[k, :, :d] @ X[k, :, :d].T + 40 * strength * np.eye(40), t[k])
            missed.append(0.25 + ((w - truth[k]) ** 2).sum())
        errors.append(np.median(missed))
    most = max(errors)
    return f"largest at d = {widths[errors.index(most)]}: {most:.2f}. With all 200 weights it is {errors[-1]:.2f}."


def speed_for_bias(strength):
    """The distance along each direction is a power of its factor."""
    strength = round(10 ** (round(4 * np.log10(strength)) / 4), 4)
    h = np.geomspace(1, 100, 20)
    factors, distance = 1 - 2 / (101 + 4 * strength) * (h + 2 * strength), h / (h + 2 * strength)
    steps = 0
    while np.linalg.norm(distance * factors**steps) > 1e-6:
        steps += 1
    kappa = (100 + 2 * strength) / (1 + 2 * strength)
    return f"κ = {kappa:.1f}: {steps} steps, and {1 / (1 + 2 * strength):.1%} of the weight"


def early_stopping_is_almost_ridge(steps, strength):
    """A descent of every eigenvalue towards 1."""
    h, w = np.geomspace(1e-4, 1, 161), np.zeros(161)
    for _ in range(steps):
        w = w - 0.5 * h * (w - 1)
    gap = np.abs(w - h / (h + 2 * strength)).max()
    return f"Largest difference of the factors: {gap:.3f}, at h ="
