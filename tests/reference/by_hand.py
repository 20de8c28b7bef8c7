"""Methods written out a second time, in plain Python loops: what gdcore's are compared with where no library has them.

Each is a list: an objective of gdcore by name, a start, hyperparameters, and a generator of the points after each step.
"""

import itertools
import math

import numpy as np


def canyon_slope(x, y):
    return 12 * x - 12, 80 * y - 30


def himmelblau_slope(x, y):
    first, second = x * x + y - 11, x + y * y - 7
    return 4 * x * first + 2 * second, 2 * first + 4 * y * second


def himmelblau_bend(x, y):
    return 12 * x * x + 4 * y - 42, 4 * x + 4 * y, 4 * x + 12 * y * y - 26


def sign(number):
    return (number > 0) - (number < 0)


def normalized_gradient(x, y):
    while True:
        g, h = himmelblau_slope(x, y)
        x, y = x - 0.02 * g / (abs(g) + 0.1), y - 0.02 * h / (abs(h) + 0.1)
        yield x, y


def lion(x, y):
    a = b = 0.0
    while True:
        g, h = himmelblau_slope(x, y)
        u, v = sign(0.9 * a + 0.1 * g), sign(0.9 * b + 0.1 * h)
        a, b = 0.99 * a + 0.01 * g, 0.99 * b + 0.01 * h
        x, y = x - 0.01 * (u + 0.2 * x), y - 0.01 * (v + 0.2 * y)
        yield x, y


def schedule_free(x, y):
    """The plain average of all z, written out as sums."""
    p, q = x, y
    sums = [0.0, 0.0]
    for step in itertools.count(1):
        g, h = himmelblau_slope(0.2 * p + 0.8 * x, 0.2 * q + 0.8 * y)
        p, q = p - 0.005 * g, q - 0.005 * h
        sums = [sums[0] + p, sums[1] + q]
        x, y = sums[0] / step, sums[1] / step
        yield x, y


def shampoo(x, y):
    """The root of a matrix [[a, b], [b, c]] of determinant d² is ([[a, b], [b, c]] + d I) / √(a + c + 2d)."""
    a, b, c = 0.01, 0.0, 0.01
    while True:
        g, h = himmelblau_slope(x, y)
        a, b, c = a + g * g, b + g * h, c + h * h
        d = math.sqrt(a * c - b * b)
        s = math.sqrt(a + c + 2 * d)
        p, q, r = (a + d) / s, b / s, (c + d) / s
        x, y = x - 0.1 * (r * g - q * h) / d, y - 0.1 * (p * h - q * g) / d
        yield x, y


def soap(x, y):
    """In a basis (p, q), (−q, p) of the plane; r and u average the squares along the one and the other."""
    g, h = himmelblau_slope(x, y)
    a, b, c = 0.2 * g * g, 0.2 * g * h, 0.2 * h * h
    p, q = g / math.hypot(g, h), h / math.hypot(g, h)
    m = n = r = u = 0.0
    yield x, y
    for step in itertools.count(1):
        g, h = himmelblau_slope(x, y)
        m, n = 0.9 * m + 0.1 * g, 0.9 * n + 0.1 * h
        r, u = 0.8 * r + 0.2 * (p * g + q * h) ** 2, 0.8 * u + 0.2 * (p * h - q * g) ** 2
        first, second = 1 - 0.9**step, 1 - 0.8**step
        along = (p * m + q * n) / first / (math.sqrt(r / second) + 0.1)
        across = (p * n - q * m) / first / (math.sqrt(u / second) + 0.1)
        x, y = x - 0.02 * (p * along - q * across + 0.3 * x), y - 0.02 * (q * along + p * across + 0.3 * y)
        a, b, c = 0.8 * a + 0.2 * g * g, 0.8 * b + 0.2 * g * h, 0.8 * c + 0.2 * h * h
        if step % 3 == 0:
            if a * q * q - 2 * b * p * q + c * p * p > a * p * p + 2 * b * p * q + c * q * q:
                p, q, r, u = -q, p, u, r
            p, q = a * p + b * q, b * p + c * q
            p, q = p / math.hypot(p, q), q / math.hypot(p, q)
        yield x, y


def coordinate_descent(x, y):
    for step in itertools.count():
        g, h = himmelblau_slope(x, y)
        x, y = (x - 0.01 * g, y) if step % 2 == 0 else (x, y - 0.01 * h)
        yield x, y


def random_search(x, y):
    def height(x, y):
        return 6 * x**2 + 40 * y**2 - 12 * x - 30 * y + 3

    for step in itertools.count(1):
        p, q = 0.5 * np.random.default_rng((3, step)).standard_normal(2)
        x, y = (x + p, y + q) if height(x + p, y + q) < height(x, y) else (x, y)
        yield x, y


def steepest_descent(x, y):
    while True:
        g, h = canyon_slope(x, y)
        rate = (g * g + h * h) / (12 * g * g + 80 * h * h)
        x, y = x - rate * g, y - rate * h
        yield x, y


def proximal_gradient(x, y):
    def shrunk(z):
        return sign(z) * max(abs(z) - 0.01 * 0.3, 0) / (1 + 2 * 0.01 * 0.1)

    while True:
        g, h = canyon_slope(x, y)
        x, y = shrunk(x - 0.01 * g), shrunk(y - 0.01 * h)
        yield x, y


def svrg(x, y):
    """On the slopes (12x − 12 + c, 80y − 30 − c) with c = 4, −4 by turns, whose mean is the canyon's, and a period of 3."""
    for step in itertools.count():
        if step % 3 == 0:
            p, q = x, y
        shake = 4 if step % 2 == 0 else -4
        g, h = canyon_slope(x, y)
        k, l = canyon_slope(p, q)  # noqa: E741
        x, y = x - 0.01 * ((g + shake) - (k + shake) + k), y - 0.01 * ((h - shake) - (l - shake) + l)
        yield x, y


def newton(x, y):
    while True:
        (g, h), (a, b, c) = himmelblau_slope(x, y), himmelblau_bend(x, y)
        a, c = a + 30, c + 30
        area = a * c - b * b
        x, y = x - (c * g - b * h) / area, y - (a * h - b * g) / area
        yield x, y


def trust_region(x, y):
    """Newton's step with the damping δ − λmin where λmin < 0; δ is 3 at first, and follows the share of the predicted fall."""

    def height(x, y):
        return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2

    delta = 3.0
    while True:
        (g, h), (a, b, c) = himmelblau_slope(x, y), himmelblau_bend(x, y)
        shift = delta - min(0, (a + c) / 2 - math.hypot((a - c) / 2, b))
        area = (a + shift) * (c + shift) - b * b
        p, q = -((c + shift) * g - b * h) / area, -((a + shift) * h - b * g) / area
        rounding = 10 * 2**-52 * height(x, y)
        predicted = -(g * p + h * q + (a * p * p + 2 * b * p * q + c * q * q) / 2)
        share = (height(x, y) - height(x + p, y + q) + rounding) / (predicted + rounding)
        if share > 0:
            x, y = x + p, y + q
        delta = delta / 4 if share > 3 / 4 else delta if share >= 1 / 4 else 4 * delta
        yield x, y


def gauss_newton(x, y):
    """The line x + y s through (0, 1), (1, 2), (2, 2): two normal equations, damped."""
    data = [(0, 1), (1, 2), (2, 2)]
    while True:
        residuals = [(x + y * s - t) / math.sqrt(3) for s, t in data]
        g = sum(r / math.sqrt(3) for r in residuals)
        h = sum(r * s / math.sqrt(3) for r, (s, _) in zip(residuals, data, strict=True))
        a, b, c = 1 + 0.5, 3 / 3, 5 / 3 + 0.5
        area = a * c - b * b
        x, y = x - (c * g - b * h) / area, y - (a * h - b * g) / area
        yield x, y


def conjugate_gradient(x, y):
    g, h = canyon_slope(x, y)
    p, q = -g, -h
    while True:
        step = -(g * p + h * q) / (12 * p * p + 80 * q * q)
        x, y = x + step * p, y + step * q
        k, l = canyon_slope(x, y)  # noqa: E741
        beta = max(0, (k * (k - g) + l * (l - h)) / (g * g + h * h))
        p, q, g, h = -k + beta * p, -l + beta * q, k, l
        yield x, y


# method: the objective, the start, gdcore's hyperparameters, the generator, and how many steps are compared
BY_HAND = {
    "normalized_gradient": ("himmelblau", (-1.0, 0.5), dict(learning_rate=0.02, epsilon=0.1), normalized_gradient, 100),
    "lion": ("himmelblau", (-1.0, 0.5), dict(learning_rate=0.01, weight_decay=0.2), lion, 100),
    "schedule_free": ("himmelblau", (-1.0, 0.5), dict(learning_rate=0.005, momentum=0.8), schedule_free, 100),
    "shampoo": ("himmelblau", (-1.0, 0.5), dict(learning_rate=0.1, epsilon=0.01), shampoo, 100),
    "soap": (
        "himmelblau",
        (-1.0, 0.5),
        dict(learning_rate=0.02, beta1=0.9, beta2=0.8, epsilon=0.1, weight_decay=0.3, period=3),
        soap,
        100,
    ),
    "coordinate_descent": ("himmelblau", (-1.0, 0.5), dict(learning_rate=0.01), coordinate_descent, 100),
    "random_search": ("canyon", (-0.5, 2.3), dict(radius=0.5, local=True, seed=3), random_search, 100),
    "steepest_descent": ("canyon", (-0.5, 2.3), {}, steepest_descent, 20),
    "proximal_gradient": ("canyon with a penalty", (-0.5, 2.3), dict(learning_rate=0.01), proximal_gradient, 100),
    "svrg": ("canyon by turns", (-0.5, 2.3), dict(learning_rate=0.01, period=3), svrg, 100),
    "newton": ("himmelblau", (-1.0, 0.5), dict(damping=30.0), newton, 30),
    "trust_region": ("himmelblau", (-1.0, 0.5), dict(damping=3.0), trust_region, 8),
    "gauss_newton": ("line", (-1.0, 0.5), dict(damping=0.5), gauss_newton, 30),
    "conjugate_gradient": ("canyon", (-0.5, 2.3), {}, conjugate_gradient, 2),
}
