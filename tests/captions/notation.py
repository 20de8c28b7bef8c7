"""What the captions of the page of notations must say, each computed in another way than on the page: the steps are written out
here in plain Python, from what the sources print.
"""

import math

from gdcore import words

START = (-0.5, 2.3)
SETTINGS = {
    "translator": [
        {},
        {"notation": "PyTorch", "rate": 0.01, "memory": 0.8},
        {"algorithm": "Nesterov momentum", "notation": "optax", "rate": 0.005},
        {"algorithm": "Nesterov momentum", "notation": "Prince", "rate": 0.05},
        {"algorithm": "Nesterov momentum", "notation": "Slides"},
    ],
    "adaptive_translator": [
        {},
        {"algorithm": "Adam", "notation": "Keras", "rate": 0.1, "second": 0.99, "small": 0.1},
        {"algorithm": "RMSProp", "notation": "Prince"},
    ],
    "changing_rate": [{}, {"factor": 0.5, "every": 6, "memory": 0.8}, {"factor": 1}],
    "epsilon_place": [{}, {"small": 0.01, "second": 0.9}],
}
EQUAL = "Equal steps: in 40 steps the runs are less than 10⁻⁹ of their largest coordinate apart."


def slope(point):
    x, y = point
    return 12 * x - 12, 80 * y - 30


def height(point):
    x, y = point
    return 6 * (x - 1) ** 2 + 40 * (y - 3 / 8) ** 2


def ball(rates, memory, inside=True):
    """The points of momentum with these rates, the rate in the velocity or outside of it."""
    points, kept = [START], (0.0, 0.0)
    for rate in rates:
        g = slope(points[-1])
        kept = tuple(memory * v + (rate if inside else 1) * d for v, d in zip(kept, g, strict=True))
        points.append(tuple(p - (1 if inside else rate) * v for p, v in zip(points[-1], kept, strict=True)))
    return points


def far(one, two):
    return [max(abs(p - q) for p, q in zip(a, b, strict=True)) for a, b in zip(one, two, strict=True)]


def adam(rate, second, small, early, memory=0.9):
    """Each coordinate on its own; `early` adds ε to the root of the average itself."""
    points, first, square = [START], [0.0, 0.0], [0.0, 0.0]
    for t in range(1, 41):
        moved = []
        for k, g in enumerate(slope(points[-1])):
            first[k] = memory * first[k] + (1 - memory) * g
            square[k] = second * square[k] + (1 - second) * g * g
            corrected = math.sqrt(1 - second**t)
            root = math.sqrt(square[k]) + small if early else math.sqrt(square[k]) + small * corrected
            moved.append(points[-1][k] - rate * corrected / (1 - memory**t) * first[k] / root)
        points.append(tuple(moved))
    return points


def ahead(rate, memory, reach):
    """Nesterov's points, with the slope taken at w + reach · v, and the points ahead of them by μ v."""
    points, v = [START], (0.0, 0.0)
    shown = [START]
    for _ in range(40):
        g = slope(tuple(p + reach * each for p, each in zip(points[-1], v, strict=True)))
        v = tuple(memory * each - rate * d for each, d in zip(v, g, strict=True))
        points.append(tuple(p + each for p, each in zip(points[-1], v, strict=True)))
        shown.append(tuple(p + memory * each for p, each in zip(points[-1], v, strict=True)))
    return points, shown


def translator(algorithm="momentum", notation="Prince", rate=0.1, memory=0.9):
    if algorithm == "momentum":
        return EQUAL
    if notation == "Slides":
        return "No such method in this notation, so the constants are meant as gdcore's."
    if notation == "Prince":
        eta = rate * (1 - memory)
        apart = max(far(ahead(eta, memory, 1.0)[0], ahead(eta, memory, memory)[0]))
        return f"The first printing looks too far ahead, by αm and not αβm, and parts by {words.significant(apart)}."
    apart = max(far(*ahead(rate, memory, memory)))
    said = f"Equal steps, told at another point: {notation} reports the point ahead, w + μv"
    return f"{said}, up to {words.significant(apart)} away."


def adaptive_translator(algorithm="AdamW", notation="PyTorch", rate=0.1, second=0.999, small=1e-8):
    if algorithm == "RMSProp":
        return "No such method in this notation, so the constants are meant as gdcore's."
    if algorithm == "AdamW":
        return EQUAL
    apart = max(far(adam(rate, second, small, True), adam(rate, second, small, False)))
    return f"Not equal: Keras adds ε before the correction. The runs part by {words.significant(apart)}."


def changing_rate(factor=0.1, every=10, memory=0.9):
    if factor == 1:
        return "The two runs are one: over 60 steps they are less than 10⁻¹² apart."
    rates = [0.01 * factor ** ((t - 1) // every) for t in range(1, 61)]
    inside, outside = ball(rates, memory), ball(rates, memory, inside=False)
    apart = far(inside, outside)
    ends = f"At the end they are {words.significant(height(inside[-1]))} and {words.significant(height(outside[-1]))} above"
    worst = max(apart)
    return f"Equal up to step {every}. Then they part by up to {words.significant(worst)}, at step {apart.index(worst)}. {ends}"


def epsilon_place(small=1e-7, second=0.999):
    shares = (1 / 2, 1 / (1 + (1 - second) ** -0.5), math.sqrt(small / (small + 1)))
    return f"makes a first step of {', '.join(map(words.significant, shares))} times the rate: after, before, inside."
