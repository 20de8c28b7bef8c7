"""Requests that are answered in CPython and in the page, and the answers compared."""

from __future__ import annotations

import inspect

from gdcore.catalogue import METHODS

HEAD = "def step(objective, w, state=0.0, *, learning_rate=0.01):\n"
GOOD = HEAD + "    return w - learning_rate * objective.gradient(w), state"


def source_of(name):
    """A method's own source, as the editor shows it."""
    return inspect.getsource(inspect.unwrap(METHODS[name].function))


def with_method(code, **rest):
    return {
        "landscape": {"name": "canyon"},
        "runs": [{"method": {"code": code, "name": "mine"}, "start": [-0.5, 2.0], "steps": 9, **rest}],
    }


def body(*lines):
    return with_method(HEAD + "\n".join(f"    {line}" for line in lines))


def with_landscape(code):
    box = [[-1, 1], [-1, 1]]
    return {"landscape": {"code": code, "box": box}, "runs": [{"method": "adam", "start": [0.5, 0.5], "steps": 9}]}


# name: request, kind, line, of
MISTAKES = {
    "unknown name": (body("g = objective.gradient(w)", "return w - rate * g, state"), "NameError", 3, "method"),
    "wrong indentation": (with_method(HEAD + "    g = 1\n  return w, state"), "IndentationError", 3, "method"),
    "no indentation": (with_method(HEAD + "return w, state"), "IndentationError", 2, "method"),
    "missing colon": (body("if learning_rate > 0", "    w = 2 * w", "return w, state"), "SyntaxError", 2, "method"),
    "missing colon of def": (with_method("def step(objective, w, state=0.0)\n    return w, state"), "SyntaxError", 1, "method"),
    "unclosed bracket": (body("w = w - (learning_rate", "return w, state"), "SyntaxError", 2, "method"),
    "unclosed text": (body("name = 'mine", "return w, state"), "SyntaxError", 2, "method"),
    "no Python": (body("w = w w", "return w, state"), "SyntaxError", 2, "method"),
    "wrong shape": (body("return w[0], state"), "ShapeError", 2, "method"),
    "wrong shape later": (
        body("state = state + 1", "w = w if state < 3 else np.ones(3)", "return w, state"),
        "ShapeError",
        4,
        "method",
    ),
    "shapes that do not fit": (body("w = w + np.array([1.0, 2.0, 3.0])", "return w, state"), "ShapeError", 2, "method"),
    "division by zero": (body("w = w / 2", "rate = 1 / state", "return w, state"), "ZeroDivisionError", 3, "method"),
    "missing return": (body("w = w - learning_rate * objective.gradient(w)"), "ReturnError", 1, "method"),
    "not a pair": (body("w = 2 * w", "return w"), "ReturnError", 3, "method"),
    "unknown attribute of np": (body("w = np.wobble(w)", "return w, state"), "AttributeError", 2, "method"),
    "unknown part of the objective": (body("return w - objective.gradent(w), state"), "AttributeError", 2, "method"),
    "wrong number of arguments": (body("g = objective.gradient()", "return w, state"), "ArgumentError", 2, "method"),
    "too few parameters": (with_method("def step(objective, w):\n    return w"), "ArgumentError", 1, "method"),
    "unknown hyperparameter": (with_method(GOOD, hyperparameters={"rate": 0.1}), "ArgumentError", None, "method"),
    "text for a number": (body("return w - '0.1' * objective.gradient(w), state"), "TypeError", 2, "method"),
    "text returned": (body("return 'w', state"), "TypeError", 2, "method"),
    "too large": (body("factor = math.exp(1000)", "return w, state"), "OverflowError", 2, "method"),
    "no function": (with_method("rate = 0.1"), "MissingFunction", None, "method"),
    "place that is not there": (body("pair = [w]", "return pair[3], state"), "IndexError", 3, "method"),
    "landscape: unknown name": (with_landscape("def L(x, y):\n    return x + z"), "NameError", 2, "landscape"),
    "landscape: no function": (with_landscape("def f(x, y):\n    return x + y"), "MissingFunction", None, "landscape"),
    "landscape: missing return": (with_landscape("def L(x, y):\n    x + y"), "ReturnError", 1, "landscape"),
    "landscape: a pair": (with_landscape("def L(x, y):\n    return x, y"), "ShapeError", 2, "landscape"),
    "landscape: missing colon": (with_landscape("def L(x, y)\n    return x + y"), "SyntaxError", 1, "landscape"),
    "landscape: division by zero": (
        with_landscape("def L(x, y):\n    a = 0\n    return 1 / a"),
        "ZeroDivisionError",
        3,
        "landscape",
    ),
    "landscape: not finite": (with_landscape("def L(x, y):\n    return x * np.inf"), "NotFiniteError", None, "landscape"),
    "landscape: wrong number of arguments": (with_landscape("def L(x):\n    return x"), "ArgumentError", None, "landscape"),
}
