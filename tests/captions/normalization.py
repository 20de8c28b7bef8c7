"""What the captions of the chapter on normalization must say, each computed in another way than on the page."""

from itertools import pairwise
from math import gamma, sqrt

import numpy as np

from gdcore import results

SETTINGS = {
    "variance_through_depth": [
        {"gain": 1.0, "depth": 30, "activation": "ReLU"},
        {"gain": 1.41, "depth": 20, "activation": "ReLU"},
        {"gain": 2.0, "depth": 10, "activation": "tanh"},
        {"gain": 2.0, "depth": 30, "activation": "ReLU"},
        {"gain": 0.5, "depth": 20, "activation": "ReLU"},
    ],
    "units_of_the_inputs": [
        {"scale": 4.0, "offset": 0},
        {"scale": 0.5, "offset": 2},
        {"scale": 1.0, "offset": 0},
        {"scale": 16.0, "offset": 4},
    ],
    "batch_statistics": [{"batch_size": 4}, {"batch_size": 2}, {"batch_size": 64}],
    "batch_or_layer": [
        {"normalization": "batch", "example": 3, "unit": 3},
        {"normalization": "layer", "example": 2, "unit": 4},
        {"normalization": "RMS", "example": 1, "unit": 5},
    ],
    "normalization_through_depth": [{"gain": "1"}, {"gain": "2"}],
    "thirty_layers_with_shortcuts": [{"gain": "0.5", "steps": "200"}, {"gain": "2", "steps": "400"}],
    "where_the_norm_stands": [{"warm": "none"}, {"warm": "40 steps"}],
    "best_rate_by_width": [
        {"width": 16, "rates": "one for all"},
        {"width": 128, "rates": "one for all"},
        {"width": 128, "rates": "matrices' ∝ 1/width"},
    ],
    "length_and_effective_rate": [{"rate": "0 (frozen)"}, {"rate": "1"}, {"rate": "1000"}],
    "training_with_and_without": [
        {"normalization": "none", "rate": 0.0316, "start": "He", "steps": "80"},
        {"normalization": "batch", "rate": 0.01, "start": "He", "steps": "80"},
        {"normalization": "batch", "rate": 0.01, "start": "half", "steps": "80"},
        {"normalization": "layer", "rate": 0.01, "start": "He", "steps": "80"},
    ],
    "singular_values_of_products": [{"depth": 3}, {"depth": 30}],
    "spectrum_by_gain": [{"measure": "κ mean"}, {"measure": "κ median"}],
}


def moons():
    """The 64 points of the page, from the formula of the two half circles, each input with mean 0 and variance 1."""
    generator = np.random.default_rng(0)
    labels = np.arange(64) % 2
    angle = generator.uniform(0, np.pi, 64)
    centre, side = np.array([[0, 0], [1, 0.5]])[labels], (1 - 2 * labels)[:, None]
    x = centre + side * np.stack([np.cos(angle), np.sin(angle)], -1) + generator.normal(0, 0.1, (64, 2))
    return (x - x.mean(axis=0)) / x.std(axis=0), labels


def first_matrices(gain, depth, width, seed):
    """Row vectors go in from the left: matrices (in, out) drawn one after the other, the biases 0 and not drawn."""
    generator = np.random.default_rng(seed)
    sizes = [2] + [width] * (depth - 1) + [2]
    return [generator.normal(0, gain / sqrt(a), (a, b)) for a, b in pairwise(sizes)]


def probabilities(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def in_words(x):
    """Two significant digits, from 0.01 to below 10,000 written out."""
    exponent = int(f"{x:.1e}".split("e")[1])
    if -2 <= exponent < 4:
        return f"{x:,.{max(0, 1 - exponent)}f}"
    return f"{x / 10.0**exponent:.1f} · 10" + "".join("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".index(c)] for c in str(exponent))


def variance_through_depth(gain, depth, activation):
    """Signal and gradient of the five networks by plain matrix products; how many learned, from the committed trainings."""
    gain, (x, labels) = 2 ** (round(4 * np.log2(gain)) / 4), moons()
    ups, downs = [], []
    for seed in range(5):
        matrices, inputs, slopes, z = first_matrices(gain, depth, 32, seed), [], [], x
        for W in matrices:
            inputs.append((z**2).mean())
            a = z @ W
            z, slope = (
                (np.maximum(a, 0), a > 0) if activation == "ReLU" else (np.tanh(a), 1 / np.cosh(np.clip(a, -300, 300)) ** 2)
            )
            slopes.append(slope)
        delta, seen = probabilities(a) - np.eye(2)[labels], []
        for W, slope in zip(matrices[:0:-1], slopes[-2::-1], strict=True):
            delta = (delta @ W.T) * slope
            seen.append((delta**2).mean())
        ups.append(inputs[-1])
        downs.append(seen[-1] / seen[0])
    record = next(
        s
        for s in results.read("depth")["trainings"]
        if np.isclose(s["gain"], gain) and (s["depth"], s["activation"]) == (depth, activation)
    )
    rates = [1e-6, 3.16e-6, 1e-5, 3.16e-5, 1e-4, 3.16e-4, 0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0, 3.16, 10.0]
    rows = [[np.inf if v is None else v for v in row] for row in record["last_losses"]]
    best, rate = min(zip(rows, rates, strict=True), key=lambda pair: np.median(pair[0]))
    learned = f"At the best of 15 rates, {rate:g}, {sum(v < 0.2 for v in best)} of 5 networks end below a loss of 0.2."
    if all(v > 0.69 for row in rows for v in row):
        learned = "At none of the 15 rates does a network end below a loss of 0.69, that of guessing."
    return (
        f"The last layer receives {in_words(np.median(ups))} times the second moment of the input, the first layer "
        f"{in_words(np.median(downs))} times that of the last hidden layer's gradient. {learned}"
    )


def units_of_the_inputs(scale, offset):
    """The condition number by the formula for its eigenvalues, the steps by really taking them."""
    T = 1 + scale**2 * (1 + offset**2)
    root = sqrt(max(T**2 - 4 * scale**2, 0))
    high, low = (T + root) / 2, (T - root) / 2
    rate, stiff, cross = 2 / (low + high), scale**2 * (1 + offset**2), scale * offset
    w, b, steps = 1.5, 1.5, 0
    while w * w + b * b >= 1e-6 * 2 * 1.5**2:
        w, b, steps = w - rate * (stiff * w + cross * b), b - rate * (cross * w + b), steps + 1
    kappa = f"{float(f'{high / low:.4g}'):,g}"
    return f"κ = {kappa}. At its best rate gradient descent needs {steps:,} step{'s' * (steps > 1)} to"


def batch_statistics(batch_size):
    """The average deviation through the gamma function itself."""
    K = batch_size
    squared = 2 / K * (gamma(K / 2) / gamma((K - 1) / 2)) ** 2
    return (
        f"the mean strays by {K**-0.5:.2f}, the variance by {100 * sqrt(2 / (K - 1)):.0f}% of its average. "
        f"The average variance is {(K - 1) / K:.3f}, the average deviation squared {squared:.3f}; the truth is 1."
    )


def batch_or_layer(normalization, example, unit):
    """By hand, from the table as the page prints it."""
    table = ["1.2 -0.4 3.0 0.5 -1.1", "0.3 0.9 2.2 -0.7 -0.2", "2.1 0.1 4.1 0.4 -2.4", "0.8 -1.5 2.6 1.3 0.6"]
    rows = [[float(number) for number in row.split()] for row in table]
    group = [row[unit - 1] for row in rows] if normalization == "batch" else rows[example - 1]
    value, others = rows[example - 1][unit - 1], len(group) - 1
    if normalization == "RMS":
        root = sqrt(sum(a * a for a in group) / len(group))
        after = f"{value / root:.2f}".replace("-", "−")
        return f"shares its root mean square with {others} others: {root:.2f}. It becomes {after}."
    mean = sum(group) / len(group)
    deviation = sqrt(sum((a - mean) ** 2 for a in group) / len(group))
    after = f"{(value - mean) / deviation:.2f}".replace("-", "−")
    said = f"{mean:.2f}".replace("-", "−")
    return f"shares its mean with {others} others: mean {said}, deviation {deviation:.2f}. It becomes {after}."


def layer_back(delta, hat, s, axis):
    """The gradient below a normalization over this axis."""
    along = hat * (delta * hat).mean(axis=axis, keepdims=True)
    return (delta - delta.mean(axis=axis, keepdims=True) - along) / s


def normalization_through_depth(gain):
    """Thirty layers of 64 by plain matrix products: how the gradient's second moment grows from the top to the first layer."""
    value = sqrt(2) if gain == "1.41" else float(gain)
    cloud, labels = np.random.default_rng(6).normal(size=(64, 64)), np.arange(64) % 2
    told = []
    for axis in (None, 0, 1):
        ratios = []
        for seed in range(3):
            generator = np.random.default_rng(seed)
            matrices = [generator.normal(0, value / 8, (64, 64)) for _ in range(29)]
            last, z, kept = generator.normal(0, value / 8, (64, 2)), cloud, []
            for W in matrices:
                a, s = z @ W, 1.0
                if axis is not None:
                    s = np.sqrt(a.var(axis=axis, keepdims=True) + 1e-5)
                    a = (a - a.mean(axis=axis, keepdims=True)) / s
                kept.append((a, s))
                z = np.maximum(a, 0)
            delta, seen = (probabilities(z @ last) - np.eye(2)[labels]) @ last.T, []
            for W, (a, s) in zip(matrices[::-1], kept[::-1], strict=True):
                delta = delta * (a > 0)
                delta = delta if axis is None else layer_back(delta, a, s, axis)
                seen.append((delta**2).mean())
                delta = delta @ W.T
            ratios.append(seen[-1] / seen[0])
        told.append(in_words(np.median(ratios)))
    return f"last hidden layer's without normalization, {told[1]} times with batch norm, {told[2]} times with layer norm."


def thirty_layers_with_shortcuts(gain, steps):
    """Counted in the committed results."""
    result = results.read("residual")
    place = ["0.5", "0.71", "1", "1.41", "2"].index(gain)
    told = []
    for kind in ("plain", "batch", "layer", "residual", "pre-norm"):
        losses = np.array(result["last_losses"][kind][place][["200", "400"].index(steps)])
        told.append(f"{max(sum(v < 0.2 for v in row) for row in losses)} ({kind})")
    return f"Networks of 5 below a loss of 0.2 at the best rate after {steps} steps: {', '.join(told)}."


def length_and_effective_rate(rate):
    """The first step alone, by a hand-written pass through ten layers with batch norm."""
    if rate.startswith("0 "):
        return "The layers below are frozen, so their weights keep their length."
    before, after, eta = [], [], float(rate)
    x, labels = moons()
    for seed in range(5):
        W, (a, kept) = first_matrices(sqrt(2), 10, 16, seed), (x[:32], [])
        for M in W[:-1]:
            z = a @ M
            s = np.sqrt(z.var(axis=0, keepdims=True) + 1e-5)
            hat = (z - z.mean(axis=0, keepdims=True)) / s
            kept.append((a, hat, s))
            a = np.maximum(hat, 0)
        delta = (probabilities(a @ W[-1]) - np.eye(2)[labels[:32]]) / 32 @ W[-1].T
        for k in range(8, 0, -1):
            below, hat, s = kept[k]
            delta = layer_back(delta * (hat > 0), hat, s, 0)
            gradient, delta = below.T @ delta, delta @ W[k].T
        before.append(np.linalg.norm(W[1], axis=0).mean())
        after.append(np.linalg.norm(W[1] - eta * gradient, axis=0).mean())
    shares = [in_words(np.median(eta / np.array(lengths) ** 2)) for lengths in (before, after)]
    return f"The first step takes the effective rate from {shares[0]} to {shares[1]}."


def singular_values_of_products(depth):
    """The product of the ReLU network's Jacobians, one matrix after the other."""
    generator = np.random.default_rng(0)
    z, products = generator.normal(size=100), [np.eye(100), np.eye(100)]
    for _ in range(depth):
        W = generator.normal(0, 0.1, (100, 100))
        a = sqrt(2) * W @ z
        z = np.maximum(a, 0)
        products = [W @ products[0], np.diag((a > 0) * sqrt(2)) @ W @ products[1]]
    kept = [int((np.linalg.eigvalsh(P @ P.T) > 0.01).sum()) for P in products]
    return f"keep more than a tenth of their length: {kept[0]} (normal), {kept[1]} (ReLU), 100 (orthogonal)."


def spectrum_by_gain(measure):
    """Geometric means of the committed measures."""
    column = ["κ mean", "κ median"].index(measure) + 1
    told = []
    for kind in ("none", "batch", "layer"):
        rows = np.array(results.read("normalization")["spectra"][kind]["start"][2])
        told.append(f"{in_words(np.prod(rows[:, column] ** (1 / len(rows))))} ({kind})")
    return f"Geometric mean of {measure} at He's gain: {', '.join(told)}."


def training_with_and_without(normalization, rate, start, steps):
    """Ten layers trained with a hand-written forward and backward pass, in double precision; the median of ten networks."""
    rate, gain = 10 ** (round(2 * np.log10(rate)) / 2), sqrt(2) if start == "He" else 0.5
    x, labels = moons()
    x, targets = x[:32], np.eye(2)[labels[:32]]
    axis = {"batch": 0, "layer": 1}.get(normalization)
    last = []
    for seed in range(10):
        W = first_matrices(gain, 10, 16, seed)
        b, scale, shift = ([value * np.ones(M.shape[1]) for M in W] for value in (0.0, 1.0, 0.0))
        for step in range(81):
            a, kept = x, []
            for k, M in enumerate(W):
                z, hat, s = a @ M + b[k], 0.0, 1.0
                if axis is not None and k < 9:
                    s = np.sqrt(z.var(axis=axis, keepdims=True) + 1e-5)
                    hat = (z - z.mean(axis=axis, keepdims=True)) / s
                    z = scale[k] * hat + shift[k]
                kept.append((a, hat, s, z > 0))
                a = np.maximum(z, 0) if k < 9 else z
            p = probabilities(a)
            if step == 80:
                last.append(-np.log((p * targets).sum(axis=1)).mean())
                break
            delta = (p - targets) / 32
            for k in range(9, -1, -1):
                a, hat, s, on = kept[k]
                if k < 9:
                    delta = delta * on
                    if axis is not None:
                        inner, to_scale, to_shift = delta * scale[k], (delta * hat).sum(axis=0), delta.sum(axis=0)
                        mean, along = inner.mean(axis=axis, keepdims=True), (inner * hat).mean(axis=axis, keepdims=True)
                        delta = (inner - mean - hat * along) / s
                        scale[k], shift[k] = scale[k] - rate * to_scale, shift[k] - rate * to_shift
                below = delta @ W[k].T
                W[k], b[k], delta = W[k] - rate * a.T @ delta, b[k] - rate * delta.sum(axis=0), below
    return f"Median loss after {steps} steps: {np.median(last):.2g}."


def where_the_norm_stands(warm):
    """The least of the seven means, from the committed file."""
    stored, told = results.read("language_norms"), []
    for norm in ("pre", "post", "none"):
        rows = stored["losses"][f"{norm} {0 if warm == 'none' else 40}"]
        loss, rate = min((sum(row) / 5, rate) for row, rate in zip(rows, stored["settings"]["rates"], strict=True))
        told.append(f"{loss:.2f} at {rate:g} ({norm})")
    return f"Lowest loss and its rate: {', '.join(told)}."


def best_rate_by_width(width, rates):
    """The least of the seven means, from the committed file, and the loss at the rate that is best for width 16."""
    stored = results.read("language_widths")
    rows = stored["one_rate" if rates == "one for all" else "divided"]
    means = {
        w: {rate: sum(row) / 5 for rate, row in zip(stored["settings"]["rates"], of, strict=True)}
        for w, of in zip(stored["settings"]["widths"], rows, strict=True)
    }
    best, first = (min(means[w], key=means[w].get) for w in (width, 16))
    rest = "the others are compared with it" if width == 16 else f"the best rate of width 16 gives {means[width][first]:.2f}"
    return f"At width {width} the best rate is {best:g}, with the loss {means[width][best]:.2f}; {rest}."
