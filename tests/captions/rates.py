"""What the captions of the page of rates must say, each computed in another way than on the page."""

import math

from gdcore import words

SETTINGS = {
    "bound_and_run": [
        {"functions": "smooth and convex", "gradients": "exact"},
        {"functions": "smooth and convex", "gradients": "lower bound"},
        {"functions": "strongly convex", "gradients": "exact"},
        {"functions": "Polyak–Łojasiewicz", "gradients": "exact"},
        {"functions": "convex with kinks", "gradients": "lower bound"},
        {"functions": "convex with kinks", "gradients": "accelerated"},
        {"functions": "smooth but not convex", "gradients": "exact"},
    ]
}


def huber():
    """From 1, the slope 1/201 moves the point by 1/201 a step: 101/201 is left, at the height s(x − s/2)."""
    height = 1 / 201 * (101 / 201 - 1 / 402)
    return f"η = 1/M. After 100 steps: bound {words.significant(1 / 402)}, run {words.significant(height)}."


def springs():
    """The least value with 100 of 201 beads, less that with all of them, and what it is in units of MR²."""
    gap = (201 / 202 - 100 / 101) / 2
    share = words.significant(gap / (4 * sum((1 - i / 202) ** 2 for i in range(1, 202))))
    return f"conjugate gradients. After 100 steps: bound {share}, run {share}."


def two_curvatures():
    """At η = 2/(m + M) both coordinates shrink by the same factor."""
    left = words.significant(math.exp(200 * math.log(99 / 101)))
    return f"κ = 100, η = 2/(m + M). After 100 steps: bound {left}, run {left}."


def washboard_and_valley():
    x, y = 2.4, 4.0
    for _ in range(60):
        x, y = x - (2 * x + 4 * math.sin(x) * math.cos(x)) / 6, y * 11 / 12
    start = 2.4**2 + 2 * math.sin(2.4) ** 2 + 4
    share = words.significant((x**2 + 2 * math.sin(x) ** 2 + y**2 / 4) / start)
    return f"After 60 steps: bound {words.significant((11 / 12) ** 60)}, run {share}."


def staircase():
    """One step has the slopes from 1 to 1/2 and back: it falls by 3/4, and the end by 1/2."""
    height = 100 * 3 / 4 + 1 / 2
    return f"After 100 steps: bound {words.significant(2 / 100)}, run {words.significant(1 / height)}."


TOLD = {
    ("smooth and convex", "exact"): huber,
    ("smooth and convex", "lower bound"): springs,
    ("strongly convex", "exact"): two_curvatures,
    ("Polyak–Łojasiewicz", "exact"): washboard_and_valley,
    ("convex with kinks", "lower bound"): lambda: "After 100 steps: bound 0.10, run 0.10.",
    ("convex with kinks", "accelerated"): lambda: "No run: no method that uses subgradients alone has a better bound.",
    ("smooth but not convex", "exact"): staircase,
}


def bound_and_run(functions, gradients):
    return TOLD[functions, gradients]()
