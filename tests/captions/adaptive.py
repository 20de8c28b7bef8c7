"""What the captions of the chapter on adaptive methods must say, each computed in another way than on the page."""

import json
from pathlib import Path
from statistics import mean

import numpy as np

SETTINGS = {
    "race_on_the_canyon": [
        {"method": "gradient descent", "angle": 21, "rate": 0.0316, "across": -2, "up": 0.2},
        {"method": "AdaGrad", "angle": 45, "rate": 1.0, "across": -1.91, "up": -0.64},
        {"method": "momentum", "angle": 9, "rate": 0.0178},
        {"method": "gradient descent", "angle": 0, "rate": 0.1},
        {"method": "normalized", "angle": 0, "rate": 0.0562},
        {"method": "normalized", "angle": 0, "rate": 0.0316},
    ],
    "rates_per_coordinate": [
        {"method": "RMSProp", "angle": "along the axes", "rate": 0.1},
        {"method": "RMSProp", "angle": "turned by 45°", "rate": 1.0},
        {"method": "AdaGrad", "angle": "along the axes", "rate": 0.316},
    ],
    "step_size_over_time": [
        {"beta1": 0.9, "beta2": 0.999, "correction": "off"},
        {"beta1": 0.8, "beta2": 0.99, "correction": "off"},
        {"beta1": 0.95, "beta2": 0.9, "correction": "off"},
        {"beta1": 0.9, "beta2": 0.999, "correction": "on"},
    ],
    "decay_or_penalty": [{"noise": 10, "strength": 0.1}, {"noise": 0.1, "strength": 0.5}],
    "never_at_rest": [{"rate": 0.3, "start": 1.0}, {"rate": 0.47, "start": -1.5}, {"rate": 0.8, "start": 0.5}],
    "turning": [{"angle": 15, "kappa": 40}, {"angle": 45, "kappa": 100}, {"angle": 78, "kappa": 1000}],
    "calms_and_bursts": [{"beta1": 0.0, "beta2": 0.9}, {"beta1": 0.0, "beta2": 0.97}, {"beta1": 0.9, "beta2": 0.97}],
    "short_memory": [{"beta2": 0.1, "cycle": 3}, {"beta2": 0.9, "cycle": 11}, {"beta2": 0.999, "cycle": 51}],
    "loss_by_frequency": [{"steps": 0}, {"steps": 200}, {"steps": 400}],
    "muon_singular_values": [{"steps": 5, "polynomial": "Muon's"}, {"steps": 2, "polynomial": "classical"}],
}


def race_on_the_canyon(method, angle, rate, across=-1.8, up=0.9):
    """Along the valley and across it a run of gradient descent or momentum is two recurrences; AdaGrad and
    the normalized gradient are run by hand."""
    rate = 10 ** (round(20 * np.log10(rate)) / 20)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[c, -s], [s, c]])
    curvature, along = np.array([1.0, 40.0]), turn.T @ [across, up]
    before, squares, last_far = along, np.zeros(2), 0
    least = curvature @ along**2 / 1000
    for step in range(1, 151):
        g = curvature * along
        if method in ("AdaGrad", "normalized"):
            squares = squares * (method == "AdaGrad") + (turn @ g) ** 2
            g = turn.T @ (turn @ g / np.sqrt(squares))
        share = 0.9 if method == "momentum" else 0.0
        before, along = along, along - rate * g + share * (along - before)
        if not curvature @ along**2 < least:
            last_far = step
    if last_far >= 100:
        return "Within 100 steps the loss does not settle"
    return f"After {last_far + 1} steps the loss is below a thousandth of its start for the rest of 150"


def rates_per_coordinate(method, angle, rate):
    """RMSProp ends at the limits themselves; AdaGrad's rates come from the sum of squares of a run along each axis."""
    if method == "RMSProp":
        first = 2 if angle == "along the axes" else 0.08
        return f"the rate of w₁ is {first}, that of w₂ 0.08."
    rates = []
    for curvature, w in ((1.0, -1.782), (25.0, 0.891)):
        total = 0.0
        for _ in range(300):
            total += (curvature * w) ** 2
            w -= 10**-0.5 * curvature * w / np.sqrt(total)
        rates.append(10**-0.5 / np.sqrt(total))
    return f"the rate of w₁ is {rates[0]:.3g}, that of w₂ {rates[1]:.3g}."


def step_size_over_time(beta1, beta2, correction):
    """Sums of weights for an even slope, and a run on the parabola with the averages kept as lists of gradients."""
    if correction == "off":
        s = r = 0.0
        steps = []
        for _ in range(3000):
            s, r = beta1 * s + 1 - beta1, beta2 * r + 1 - beta2
            steps.append(s / r**0.5)
        if steps[-1] == max(steps):
            return f"the first step is {steps[0]:.2f} η, and they grow towards η without passing it."
        largest = max(steps)
        return f"the first step is {steps[0]:.2f} η and the largest {largest:.2f} η, at t = {steps.index(largest) + 1}."
    w, gradients, lowest = 1.0, [], 1.0
    for _ in range(150):
        gradients.insert(0, w)
        old = np.array(gradients)
        first, second = beta1 ** np.arange(len(old)), beta2 ** np.arange(len(old))
        w -= 0.05 * (first @ old / first.sum()) / np.sqrt(second @ old**2 / second.sum())
        lowest = min(lowest, w)
    return f"the lowest point reached is w = −{abs(lowest):.3f}."


def decay_or_penalty(noise, strength):
    """The balance of pull and decay solved as a polynomial of the fourth degree."""
    pull, decay = np.poly1d([-1, 1]) ** 2, strength**2 * np.poly1d([1, 0, 0])
    roots = (decay * (noise**2 + pull) - pull).roots
    place = next(root.real for root in roots if abs(root.imag) < 1e-9 and 0 < root.real < 1)
    return f"The other rests at {1 / (1 + strength):.3f} with the penalty, at {place:.3f} with decay."


def muon_singular_values(steps, polynomial):
    """The iteration on whole matrices, and the singular values of what it leaves."""
    rng = np.random.default_rng(0)
    left, right = (np.linalg.qr(rng.normal(size=(n, n)))[0] for n in (12, 8))
    rows, columns = (np.geomspace(0.01, 1, n) for n in (12, 8))
    X = left @ (rows[:, None] * rng.normal(size=(12, 8)) * columns) @ right.T
    X = X / np.sqrt((X**2).sum())
    for _ in range(steps):
        cube = X @ X.T @ X
        X = 3.4445 * X - 4.7750 * cube + 2.0315 * X @ X.T @ cube if polynomial == "Muon's" else 1.5 * X - 0.5 * cube
    values = np.linalg.svd(X, compute_uv=False)
    return f"after: {values.min():.3f} to {values.max():.3f}."


def never_at_rest(rate, start):
    """The two points are the remainder of the start and the remainder less a step."""
    rest = abs(start) % rate
    points = sorted(np.sign(start) * np.array([rest, rest - rate]))
    return f"between {points[1]:.2f} and {points[0]:.2f}. The farther point lies {max(rest, rate - rest) / rate:.2f} η"


def turning(angle, kappa):
    """The least condition number over a grid of ratios of the two rates."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[c, -s], [s, c]])
    H = turn @ np.diag([1.0, kappa]) @ turn.T
    roots = [np.diag([1.0, ratio]) for ratio in np.geomspace(0.03, 30, 20_001)]
    return f"leave κ = {min(np.linalg.cond(root @ H @ root) for root in roots):.1f} of {kappa}"


def calms_and_bursts(beta1, beta2):
    """RMSProp's cycle is half a step; for Adam the law, which the average is near."""
    if beta1 == 0:
        return "Root mean square 0.5 η, by the law 0.5 η. The largest distance is less than twice that, an even motion."
    return f"by the law {(1 - beta1) / (1 + beta1) / 2:.2g} η. The largest distance is less than twice that, an even motion."


def short_memory(beta2, cycle):
    """A long run of the average of squares, and its last cycle."""
    r, moves = 0.0, []
    for t in range(200 * cycle if beta2 < 0.99 else 600 * cycle):
        g = -1.0 if t % cycle else float(cycle)
        r = beta2 * r + (1 - beta2) * g * g
        moves.append(-g / r**0.5)
    moved = sum(moves[-cycle:])
    way = "up, to the worst point" if moved > 0 else "down, to the best point"
    return f"A cycle of {cycle} leads {abs(moved):.2f} η {way}."


def loss_by_frequency(steps):
    """From the committed file itself, by lists alone."""
    stored = json.loads((Path(__file__).parents[2] / "experiments" / "results" / "language_optimizers.json").read_text("utf-8"))
    runs = {method: [run[steps // 100] for run in stored["fresh"][method]["by_frequency"]] for method in ("adam", "momentum")}
    told = {(method, part): f"{mean(run[part] for run in runs[method]):.2f}" for method in runs for part in (0, 4)}
    common, rare = (f"{told['adam', part]} with Adam and {told['momentum', part]} with SGD" for part in (0, 4))
    return f"After {steps} steps the next word costs {common} where it is common, and {rare} where it is rare."
