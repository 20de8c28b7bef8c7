"""What the captions of the gallery of failures must say, by loops and formulas of their own."""

from functools import cache
from itertools import pairwise

import numpy as np

from gdcore import words
from gdcore.data import blobs, two_moons

SETTINGS = {
    "which_is_yours": [{"curve": 4}, {"curve": 1}, {"curve": 14}],
    "overflow": [{"rate": 3.0, "format": "float16"}, {"rate": 3.0, "format": "float32"}, {"rate": 100.0, "format": "float32"}],
    "guessing": [{"cause": "zero weights"}, {"cause": "none"}, {"cause": "labels mixed up"}],
    "softmax_twice": [{"classes": 10}, {"classes": 2}, {"classes": 5}],
    "past_the_limit": [{"share": 1.1}, {"share": 1.4}, {"share": 0.7}],
    "dead_units": [{"rate": 0.01}, {"rate": 0.3}],
    "never_zeroed": [{"rate": 0.005}, {"rate": 0.1}],
    "clipped_at_every_step": [{"threshold": 0.01}, {"threshold": 0.3}],
    "after_a_calm": [{"times": 300, "beta2": 0.999}, {"times": 30, "beta2": 0.9}],
    "the_cut": [{"rate": 0.2}, {"rate": 5.0}],
    "used_up": [{"half": 20}, {"half": 80}],
    "stale_after_a_shift": [{"shift": 0.0, "alpha": 0.9}, {"shift": 2.0, "alpha": 0.99}],
    "batches_of_one": [{"batch": 1}, {"batch": 2}, {"batch": 8}],
    "resumed": [{"lost": "both moments", "at": 1000}, {"lost": "moments and count", "at": 400}, {"lost": "nothing", "at": 1600}],
    "fading_weights": [{"strength": 1e-4}, {"strength": 1.0}, {"strength": 1e-12}],
    "weights_that_stop": [{"rate": 0.01}, {"rate": 0.1}],
    "gradient_check": [
        {"h": 0.1, "precision": "float32", "backward": "right"},
        {"h": 1e-3, "precision": "float64", "backward": "one layer's sign wrong"},
    ],
    "drawn_to_a_saddle": [{"scale": 0.1}, {"scale": 0.2}],
}


def which_is_yours(curve):
    said = {
        1: "NaN from one step on. A number has left the range",
        4: "explodes. The rate is past 2/λ.",
        14: "weights of rare words fade. The penalty is inside Adam.",
    }
    return f"Curve {curve}: {said[curve]}"


def probabilities(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def with_one(x):
    return np.hstack([x, np.ones((len(x), 1))])


def normal(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


# Softmax regression


def overflow(rate, format):
    kind = {"float16": np.float16, "float32": np.float32}[format]
    x, labels = blobs(60, [[-2, 0], [2, 0], [0, 3]], 0.5, seed=0)
    x, w = with_one(x), np.zeros((3, 3))
    with np.errstate(all="ignore"):
        for step in range(201):
            z = x @ w
            e = np.exp(z.astype(kind))
            p = (e / e.sum(axis=1, keepdims=True)).astype(float)
            if not np.isfinite(np.log(p[range(60), labels])).all():
                return f"The loss is NaN from step {step} on. The largest logit had reached {z.max():.1f}."
            p[range(60), labels] -= 1
            w = w - rate * np.einsum("ni,nk->ik", x, p) / 60
    return f"No NaN in 200 steps. The largest logit ends at {z.max():.1f}."


def softmax_twice(classes):
    angles = 2 * np.pi * np.arange(classes) / classes
    x, labels = blobs(120, 4 * np.stack([np.cos(angles), np.sin(angles)], axis=1), 0.4, seed=2)
    x, w, y = with_one(x), np.zeros((3, classes)), np.eye(classes)[labels]
    for step in range(301):
        p = probabilities(x @ w)
        q = probabilities(p)
        loss = -np.log((q * y).sum(axis=1)).mean()
        if step < 300:
            jacobians = np.einsum("nk,kl->nkl", p, np.eye(classes)) - np.einsum("nk,nl->nkl", p, p)
            w = w - 0.3 * x.T @ np.einsum("nkl,nl->nk", jacobians, q - y) / 120
    right = 100 * (probabilities(x @ w).argmax(axis=1) == labels).mean()
    floor = -np.log(np.e / (np.e + classes - 1))
    below = f"It cannot get below {floor:.2f}, though {right:.0f} % of the answers are right."
    return f"With two the loss ends at {loss:.2f}. {below}"


# Networks: weights from the left, biases 0 and not drawn


def first_weights(sizes, gain, seed):
    """Matrices (in, out), entries of variance gain(in, out)."""
    generator = np.random.default_rng(seed)
    return [generator.normal(0, np.sqrt(gain(a, b)), (a, b)) for a, b in pairwise(sizes)]


def train(matrices, x, labels, steps, rate, activation, slope):
    """Gradient descent on the softmax's cross-entropy: the last loss, the activations, and the first matrix's first gradient."""
    biases, first, y = [np.zeros(m.shape[1]) for m in matrices], None, np.eye(matrices[-1].shape[1])[labels]
    for step in range(steps + 1):
        layers = [x]
        for m, b in zip(matrices[:-1], biases[:-1], strict=True):
            layers.append(activation(layers[-1] @ m + b))
        p = probabilities(layers[-1] @ matrices[-1] + biases[-1])
        loss, delta, gradients = -np.log((p * y).sum(axis=1)).mean(), (p - y) / len(x), []
        for k in range(len(matrices) - 1, -1, -1):
            gradients.insert(0, (layers[k].T @ delta, delta.sum(axis=0)))
            delta = (delta @ matrices[k].T) * slope(layers[k])
        first = gradients[0][0] if first is None else first
        if step < steps:
            matrices = [m - rate * g for m, (g, _) in zip(matrices, gradients, strict=True)]
            biases = [b - rate * g for b, (_, g) in zip(biases, gradients, strict=True)]
    return loss, layers, first


def guessing(cause):
    x, labels = blobs(120, [[-2, 0], [2, 0], [0, 3]], 0.8, seed=1)
    x = normal(x)
    matrices = first_weights([2, 16, 16, 3], lambda a, b: 2 / (a + b), 0)
    if cause == "zero weights":
        matrices = [0 * m for m in matrices]
    if cause == "labels mixed up":
        labels = np.random.default_rng(0).permutation(labels)
    ends = [train(matrices, x[:n], labels[:n], 200, 0.3, np.tanh, lambda h: 1 - h**2) for n in (120, 10)]
    size = np.sqrt((ends[0][2] ** 2).mean())
    gradient = "exactly 0" if size == 0 else words.significant(size, 1)
    ended = f"After 200 steps the loss is {ends[0][0]:.2f}, on ten examples {ends[1][0]:.2f}."
    return f"{ended} First gradient of the first layer: {gradient}."


def dead_units(rate):
    x, labels = two_moons(64, noise=0.15, seed=1)
    x, dead, lost = normal(x), [[], []], 0
    for seed in range(10):
        matrices = first_weights([2, 16, 16, 2], lambda a, b: 2 / a, seed)
        loss, layers, _ = train(matrices, x, labels, 150, rate, lambda a: np.maximum(a, 0), lambda h: (h > 0) * 1.0)
        lost += loss > 0.5
        for k in range(2):
            dead[k].append((layers[k + 1] == 0).all(axis=0).mean())
    shares = [f"{100 * np.mean(each):.0f} %" for each in dead]
    dead_at_end = f"Dead at the end: {shares[0]} of the first layer's units, {shares[1]} of the second's."
    return f"{dead_at_end} {lost} of 10 runs end above 0.5."


# Linear regression


@cache
def line():
    """Inputs, targets, eigenvalues and eigenvectors of the Hessian, and where the minimum lies along them."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, 6)) * [1, 0.8, 0.6, 0.4, 0.3, 0.2]
    t = x @ generator.normal(size=6) + 0.1 * generator.normal(size=60)
    eigenvalues, vectors = np.linalg.eigh(x.T @ x / 60)
    return x, t, eigenvalues, vectors, vectors.T @ np.linalg.solve(x.T @ x, x.T @ t)


def past_the_limit(share):
    _, _, eigenvalues, _, away = line()
    rate = share * 2 / eigenvalues[-1]
    heights = [0.5 * (eigenvalues * (away * (1 - rate * eigenvalues) ** k) ** 2).sum() for k in (0, 59, 60)]
    if share < 1:
        return f"After 60 steps {words.significant(heights[2])} of the first {words.significant(heights[0])} is left."
    factor = heights[2] / heights[1]
    found = (1 + np.sqrt(factor)) / rate
    return f"The last step multiplies the loss by {factor:.2f}. From this λ = {found:.3f}, the limit 2/λ = {2 / found:.2f}."


def never_zeroed(rate):
    """Along an eigenvector each step turns by the angle whose cosine is 1 − ½ηλ."""
    _, _, eigenvalues, _, away = line()
    z = [away, away * (1 - rate * eigenvalues)]
    while len(z) < 601:
        z.append((2 - rate * eigenvalues) * z[-1] - z[-2])
    heights = 0.5 * (eigenvalues * np.array(z) ** 2).sum(axis=1)
    return f"over the first 300 steps {heights[:301].mean():.2f}, over the last 300 {heights[301:].mean():.2f}, without zeroing"


def clipped_at_every_step(threshold):
    x, t, eigenvalues, vectors, away = line()
    generator, w, clipped, heights = np.random.default_rng(1), np.zeros(6), 0, []
    for _ in range(600):
        rows = generator.integers(60, size=4)
        heights.append(0.5 * (eigenvalues * (vectors.T @ w - away) ** 2).sum())
        g = sum((x[i] @ w - t[i]) * x[i] for i in rows) / 4
        length = np.sqrt(g @ g)
        clipped += length > threshold
        w = w - 0.2 * (g * threshold / length if length > threshold else g)
    last = words.significant(np.mean(heights[-100:]))
    return f"{100 * clipped / 600:.0f} % of the steps are clipped. Mean height over the last 100 steps: {last}."


# Adam


def adam(gradient, w, steps, rate, beta2=0.999, moments=(0.0, 0.0), count=0, done=0):
    """Points after each step, with the sums unrolled by `moments` and `count`; the rate is that of step `done` + k."""
    s, r = moments
    points = [w]
    for k in range(1, steps + 1):
        g = gradient(w, done + k)
        s, r = s + 0.1 * (g - s), r + (1 - beta2) * (g * g - r)
        root = np.sqrt(r / (1 - beta2 ** (count + k)))
        w = w - rate(done + k) * s / (1 - 0.9 ** (count + k)) / (root + 1e-8)
        points.append(w)
    return np.array(points), (s, r)


CURVATURES = np.logspace(-1, 0, 20)


def height(points):
    return 0.5 * (CURVATURES * points**2).sum(axis=-1)


def after_a_calm(times, beta2):
    noise = 0.01 * np.random.default_rng(0).normal(size=(900, 20))
    noise[399] += 0.01 * times
    points, _ = adam(lambda w, t: CURVATURES * w + noise[t - 1], np.zeros(20), 900, lambda t: 0.01, beta2)
    losses = height(points[1:])
    spike = words.significant(losses[399:].max() / losses[299:399].mean())
    return f"The highest loss after step 400 is {spike} times the mean of the hundred steps before."


def falling(t):
    return 0.01 * np.cos(np.pi * (t - 1) / 4000) ** 2


def shaken(w, t):
    return CURVATURES * w + 0.1 * np.random.default_rng([7, t]).normal(size=(8, 20))


@cache
def stopped(at):
    return adam(shaken, np.ones((8, 20)), at, falling)


def resumed(lost, at):
    points, (s, r) = stopped(at)
    kept = {"nothing": ((s, r), at), "both moments": ((0.0, 0.0), at), "moments and count": ((0.0, 0.0), 0)}
    moments, count = kept[lost]
    on, _ = adam(shaken, points[-1], 300, falling, moments=moments, count=count, done=at)
    peak = height(on).mean(axis=-1).max() / height(points[-50:]).mean()
    first = np.sqrt(((on[1] - on[0]) ** 2).mean()) / falling(at + 1)
    highest = f"The highest loss is {words.significant(peak)} times the mean of the last 50 before the stop."
    return f"{highest} The first step is {first:.2f} η."


def fading_weights(strength):
    ends, _ = adam(lambda w, t: strength * w, 1.0, 2000, lambda t: 1e-3)
    return f"Adam has left {ends[-1]:.2f} of the weight, AdamW {np.exp(2000 * np.log1p(-1e-3 * strength)):.2f}."


# Schedules


def the_cut(rate):
    x, labels = two_moons(200, noise=0.25, seed=1)
    x, sign = with_one(normal(x)), 2 * labels - 1

    def loss(w):
        return np.log1p(np.exp(-sign * (x @ w))).mean()

    ends = []
    for factor in (1.0, 0.1):
        generator, w, losses = np.random.default_rng(0), np.zeros(3), []
        for t in range(601):
            losses.append(loss(w))
            rows = generator.integers(200, size=4)
            g = -(x[rows] * (sign[rows] / (1 + np.exp(sign[rows] * (x[rows] @ w))))[:, None]).mean(axis=0)
            w = w - rate * (factor if t >= 300 else 1.0) * g
        ends.append(np.mean(losses[-150:]))
    w = np.zeros(3)
    for _ in range(4000):
        w = w + 1.0 * (x * (sign / (1 + np.exp(sign * (x @ w))))[:, None]).mean(axis=0)
    return f"{ends[0]:.3f} with the rate kept, {ends[1]:.3f} after the cut. The minimum is {loss(w):.3f}."


def used_up(half):
    w, road, total = np.ones(2), 0.9, 0.0
    for _ in range(800):
        w = w * (1 - road * np.array([1.0, 0.03]))
        total, road = total + road, road * 2 ** (-1 / half)
    return f"The rates add up to {total:.0f}. After 800 steps the loss is {words.power(0.5 * w @ (np.array([1.0, 0.03]) * w))}."


# Batch norm


def centred(a):
    spread = np.sqrt(((a - a.mean(axis=0)) ** 2).mean(axis=0) + 1e-5)
    return (a - a.mean(axis=0)) / spread, spread


class Normed:
    """Dense, batch norm, ReLU, twice or once, then dense: parameters in lists, W, b, γ, β for each hidden layer."""

    def __init__(self, matrices, bias):
        self.matrices, self.bias = matrices, bias
        self.gammas = [np.ones(m.shape[1]) for m in matrices[:-1]]
        self.betas = [np.zeros(m.shape[1]) for m in matrices[:-1]]
        self.last = np.zeros(2)

    def forward(self, x, statistics=None):
        kept, h = [], x
        for k, m in enumerate(self.matrices[:-1]):
            a = h @ m
            mean, variance = (a.mean(axis=0), a.var(axis=0)) if statistics is None else statistics[k]
            spread, n = np.sqrt(variance + 1e-5), len(x)
            unit = (a - mean) / spread
            z = unit * self.gammas[k] + self.betas[k]
            kept.append((h, unit, spread, z, (mean, variance * n / max(n - 1, 1))))
            h = np.maximum(z, 0)
        return kept, h, probabilities(h @ self.matrices[-1] + self.last)

    def loss(self, x, labels, statistics=None):
        return -np.log(self.forward(x, statistics)[2][range(len(x)), labels]).mean()

    def step(self, x, labels, rate):
        kept, h, p = self.forward(x)
        loss = -np.log(p[range(len(x)), labels]).mean()
        delta = (p - np.eye(2)[labels]) / len(x)
        up = delta @ self.matrices[-1].T
        self.matrices = [*self.matrices[:-1], self.matrices[-1] - rate * h.T @ delta]
        self.last = self.last - rate * delta.sum(axis=0)
        for k in range(len(kept) - 1, -1, -1):
            below, unit, spread, z, _ = kept[k]
            up = up * (z > 0)
            n, dn = len(x), up * self.gammas[k]
            pull = (n * dn - dn.sum(axis=0) - unit * (dn * unit).sum(axis=0)) / (n * spread)
            self.gammas[k] = self.gammas[k] - rate * (up * unit).sum(axis=0)
            self.betas[k] = self.betas[k] - rate * up.sum(axis=0)
            up = pull @ self.matrices[k].T
            self.matrices = [m - rate * below.T @ pull if i == k else m for i, m in enumerate(self.matrices)]
        return loss, [each[4] for each in kept]


def batches_of_one(batch):
    numbers = np.random.default_rng(3).normal(size=32)
    out = np.concatenate([centred(part)[0] for part in np.split(numbers, 32 // batch)])
    x, labels = two_moons(64, noise=0.15, seed=1)
    x, generator = normal(x), np.random.default_rng(0)
    network = Normed([generator.normal(size=(2, 16)), generator.normal(size=(16, 2)) / 4], 0)
    losses = []
    for _ in range(300):
        rows = generator.permutation(64)[:batch]
        losses.append(network.step(x[rows], labels[rows], 0.1)[0])
    different = len({f"{value:.2f}".replace("-0.00", "0.00") for value in out})
    return f"{different} different values come out of 32. Mean loss of the last 100 batches: {np.mean(losses[-100:]):.2f}."


def stale_after_a_shift(shift, alpha):
    x, labels = two_moons(64, noise=0.15, seed=1)
    x, ends = normal(x), []
    for seed in range(5):
        network, running = Normed(first_weights([2, 16, 16, 2], lambda a, b: 2 / a, seed), 0), None

        def keep(old, new, share):
            return [tuple(share * a + (1 - share) * b for a, b in zip(*pair, strict=True)) for pair in zip(old, new, strict=True)]

        running = [each[4] for each in network.forward(x)[0]]
        for t in range(200):
            rows = np.random.default_rng([5, t]).permutation(64)[:32]
            running = keep(running, network.step(x[rows], labels[rows], 0.1)[1], 0.9)
        for t in range(20):
            rows = np.random.default_rng([5, 1000 + t]).permutation(64)[:32]
            running = keep(running, network.step(x[rows] + shift, labels[rows], 0.1)[1], alpha)
        ends.append((network.loss(x + shift, labels), network.loss(x + shift, labels, running)))
    both = [words.significant(each) for each in np.median(ends, axis=0)]
    return f"After 20 steps the median loss is {both[0]} in training mode and {both[1]} in evaluation mode."


# Deeper


def weights_that_stop(rate):
    held = np.random.default_rng(4).uniform(0.25, 1, size=20)
    ends = []
    for goal in held:
        w = np.float16(1)
        for _ in range(1500):
            w = np.float16(w - np.float16(rate * (float(w) - goal)))
        ends.append(0.5 * (float(w) - goal) ** 2)
    return f"In float16 the loss ends at {words.significant(sum(ends))}, in float64 it goes to 0."


def gradient_check(h, precision, backward):
    kind = {"float32": np.float32, "float64": np.float64}[precision]
    x, labels = two_moons(64, noise=0.15, seed=1)
    x = normal(x)
    A, B = first_weights([2, 8, 2], lambda a, b: 2 / (a + b), 0)
    w = np.concatenate([A.ravel(), np.zeros(8), B.ravel(), np.zeros(2)])

    def loss(w, x):
        hidden = np.tanh(x @ w[:16].reshape(2, 8) + w[16:24])
        z = hidden @ w[24:40].reshape(8, 2) + w[40:]
        return (np.log(np.exp(z).sum(axis=1)) - z[range(64), labels]).mean(dtype=z.dtype)

    exact = np.array([loss(w + 1e-20j * e, x.astype(complex)).imag / 1e-20 for e in np.eye(42)])
    single, inputs = w.astype(kind), x.astype(kind)
    moves = kind(h) * np.eye(42, dtype=kind)
    numeric = np.array([(loss(single + e, inputs) - loss(single - e, inputs)) / (2 * kind(h)) for e in moves], float)
    claimed = exact * np.where((np.arange(42) >= 24) & (np.arange(42) < 40), -1, 1) if backward != "right" else exact
    return f"Relative disagreement: {words.significant(np.linalg.norm(numeric - claimed) / np.linalg.norm(exact), 1)}."


def drawn_to_a_saddle(scale):
    goal, saddles, minima = np.diag([1.0, 0.5]), 0, 0
    for start in scale * np.random.default_rng(0).normal(size=(50, 8)):
        w = start
        for _ in range(13):
            U, V = w[:4].reshape(2, 2), w[4:].reshape(2, 2)
            E = U @ V - goal
            g = np.concatenate([(E @ V.T).ravel(), (U.T @ E).ravel()])
            H = np.zeros((8, 8))
            for i, e in enumerate(np.eye(8)):
                dU, dV = e[:4].reshape(2, 2), e[4:].reshape(2, 2)
                dE = dU @ V + U @ dV
                H[:, i] = np.concatenate([(dE @ V.T + E @ dV.T).ravel(), (dU.T @ E + U.T @ dE).ravel()])
            last, w = (w, g, H, E), w - np.linalg.lstsq(H, g, rcond=None)[0]
        _, g, H, E = last
        if np.linalg.norm(g) < 1e-8:
            saddles += np.linalg.eigvalsh(H)[0] < -1e-3
            minima += 0.5 * (E**2).sum() < 1e-12
    return f"Of 50 runs {saddles} end at a saddle and {minima} at a minimum."
