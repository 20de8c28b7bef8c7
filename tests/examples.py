"""One right call of every public callable of gdcore, from which test_every_callable.py makes what readers pass.

An example is the callable and its arguments by name; those of a `*arguments` parameter are a tuple under its name.
"""

import numpy as np

from gdcore import (
    comparison,
    conventions,
    curvature,
    data,
    descent,
    differences,
    line_searches,
    methods,
    minibatches,
    objectives,
    pictures,
    results,
    schedules,
    tables,
    words,
)
from gdcore.catalogue import LANDSCAPES, METHODS

X, T = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]], [1.0, 2.0, 2.0, 4.0]
CLASSES = [0.0, 1.0, 0.0, 1.0]
POINT = [1.0, 2.0]
SQUARE = dict(value=lambda w: (w**2).sum(axis=-1), gradient=lambda w: 2 * w, hessian_vector=lambda w, v: 2 * v, dimension=2)


def suited(name):
    """An objective that has what the method needs."""
    lines = objectives.least_squares(X, T)
    if METHODS[name].needs == "penalty":
        return objectives.with_penalty(lines, objectives.l1(0.1))
    return objectives.Objective(**{**vars(lines), "shapes": ((2, 1),)})


def method_example(name):
    known = METHODS[name]
    return known.function, dict(objective=suited(name), w=POINT, **known_settings(name))


def known_settings(name):
    """The hyperparameters at their defaults, each given."""
    from gdcore.hyperparameters import signature_of

    return dict(signature_of(METHODS[name].function).defaults)


def objective_examples(objective):
    """The functions of an objective, each at a point."""
    point = [1.0, 2.0, 3.0][: objective.dimension]
    found = {part: getattr(objective, part) for part in ("value", "gradient", "hessian", "residuals", "jacobian")}
    calls = {part: (function, dict(w=point)) for part, function in found.items() if function is not None}
    if objective.hessian_vector is not None:
        calls["hessian_vector"] = (objective.hessian_vector, dict(w=point, v=point[::-1]))
    return calls


def square():
    return objectives.Objective("square", **SQUARE)


def language_examples():
    """Of the book's prose as tokens."""
    language = data.load_language("words", most=50)
    return {
        "data.load_language": (lambda **given: data.load_language(**given).train, dict(kind="words", most=50)),
        "data.Language.encode": (language.encode, dict(text="the loss")),
        "data.Language.decode": (language.decode, dict(tokens=[0, 1, 2])),
        "data.sequences": (lambda **given: np.array(data.sequences(**given)), dict(tokens=[0, 1, 2, 3, 4], length=3, stride=1)),
    }


def core():
    """By the callable's name: of the rooms of methods, objectives and the loop."""
    run = descent.descend(methods.momentum, objectives.canyon(), POINT, 20, learning_rate=0.01)
    f = square()
    examples = {f"methods.{name}": method_example(name) for name in METHODS if hasattr(methods, name)}
    examples |= {f"curvature.{name}": method_example(name) for name in METHODS if hasattr(curvature, name)}
    examples |= {
        **language_examples(),
        "methods.newton_schulz": (methods.newton_schulz, dict(matrix=[[1.0, 2.0], [3.0, 4.0]], steps=5, epsilon=1e-7)),
        "curvature.hessian_vector_product": (
            curvature.hessian_vector_product,
            dict(objective=f, w=POINT, v=[1.0, 0.0], step=0.5),
        ),
        "curvature.top_eigenvalues": (
            curvature.top_eigenvalues,
            dict(objective=f, w=POINT, count=1, tolerance=1e-6, start=[1.0, 1.0], seed=0),
        ),
        "line_searches.exact_line_search": (
            line_searches.exact_line_search,
            dict(objective=f, w=POINT, p=[-1.0, -2.0], gradient=[2.0, 4.0], first=1.0, tolerance=1e-10),
        ),
        "line_searches.backtracking": (
            line_searches.backtracking,
            dict(objective=f, w=POINT, p=[-1.0, -2.0], gradient=[2.0, 4.0], first=1.0, shrink=0.5, decrease=0.25),
        ),
        "line_searches.wolfe_line_search": (
            line_searches.wolfe_line_search,
            dict(objective=f, w=POINT, p=[-1.0, -2.0], value=5.0, gradient=[2.0, 4.0], first=1.0, decrease=0.125, curvature=0.5),
        ),
        "descent.descend": (
            descent.descend,
            dict(method=methods.momentum, objective=f, start=POINT, steps=3, first_step=1, record_every=1, learning_rate=0.25),
        ),
        "descent.Path.arrival": (run.arrival, dict(target=[1.0, 0.375], tolerance=0.5, quiet=0)),
        "descent.Path.arrival_of_values": (run.arrival_of_values, dict(level=-5.0, quiet=0)),
        "differences.numerical_gradient": (differences.numerical_gradient, dict(value=f.value, w=POINT, step=0.5)),
        "differences.numerical_hessian": (differences.numerical_hessian, dict(gradient=f.gradient, w=POINT, step=0.5)),
        "differences.check_gradient": (differences.check_gradient, dict(objective=f, w=POINT, step=0.5, tolerance=0.5)),
        "minibatches.Minibatches": (
            minibatches.Minibatches,
            dict(objective_of=objectives.least_squares, data=(X, T), batch_size=2, seed=1, shuffle=True, replacement=False),
        ),
        "minibatches.Minibatches.rows": (minibatches.Minibatches(objectives.least_squares, X, T, batch_size=2).rows, dict(t=3)),
        "minibatches.noisy": (minibatches.noisy, dict(objective=f, noise=[[1.0, 0.0], [0.0, 1.0]])),
    }
    return examples | _of_objectives(f) | _of_schedules() | _of_conventions() | _of_data() | _of_words()


def _of_objectives(f):
    examples = {
        "objectives.Objective": (objectives.Objective, dict(name="square", **SQUARE)),
        "objectives.Penalty": (objectives.Penalty, dict(name="mine", l1=1.0, l2=2.0)),
        "objectives.Penalty.value": (objectives.l1(1.0).value, dict(w=POINT)),
        "objectives.Penalty.gradient": (objectives.l1(1.0).gradient, dict(w=POINT)),
        "objectives.Penalty.curvature": (objectives.l2(1.0).curvature, dict(w=POINT)),
        "objectives.Penalty.prox": (objectives.l1(1.0).prox, dict(w=POINT, learning_rate=0.5)),
        "objectives.l1": (objectives.l1, dict(strength=1.0)),
        "objectives.l2": (objectives.l2, dict(strength=[1.0, 2.0])),
        "objectives.elastic_net": (objectives.elastic_net, dict(l1=1.0, l2=2.0)),
        "objectives.with_penalty": (objectives.with_penalty, dict(objective=f, penalty=objectives.l1(1.0))),
        "objectives.least_squares": (objectives.least_squares, dict(X=X, t=T, reduction="mean")),
        "objectives.logistic_regression": (objectives.logistic_regression, dict(X=X, t=CLASSES, reduction="sum")),
        "objectives.gabor": (objectives.gabor, dict(x=[1.0, 2.0], t=[0.0, 1.0], reduction="mean")),
        "objectives.polynomial_regression": (
            objectives.polynomial_regression,
            dict(x=[1.0, 2.0], t=[0.0, 1.0], degree=2, reduction="mean"),
        ),
        "objectives.polynomial_features": (objectives.polynomial_features, dict(x=[1.0, 2.0], degree=2)),
        "objectives.quadratic": (objectives.quadratic, dict(eigenvalues=[1.0, 4.0], angle=1.0)),
    }
    examples |= {f"objectives.{name}": (getattr(objectives, name), {}) for name in LANDSCAPES if name != "quadratic"}
    made = {name: make() for name, make in LANDSCAPES.items()} | {
        "least_squares": objectives.least_squares(X, T),
        "logistic_regression": objectives.logistic_regression(X, CLASSES),
        "gabor": objectives.gabor([1.0, 2.0], [0.0, 1.0]),
        "with_penalty": objectives.with_penalty(objectives.canyon(), objectives.elastic_net(1.0, 2.0)),
    }
    for name, objective in made.items():
        examples |= {f"objectives.{name}(...).{part}": call for part, call in objective_examples(objective).items()}
    return examples


def _of_schedules():
    s = schedules
    makers = {
        "constant": (s.constant, dict(rate=1.0)),
        "step_decay": (s.step_decay, dict(first=1.0, factor=0.5, every=2)),
        "linear": (s.linear, dict(first=1.0, last=0.0, steps=4)),
        "power_law": (s.power_law, dict(first=1.0, scale=2.0, power=-1.0)),
        "exponential": (s.exponential, dict(first=1.0, factor=0.5, scale=2.0)),
        "geometric": (s.geometric, dict(first=1.0, base=2.0)),
        "cosine": (s.cosine, dict(first=1.0, steps=4, last=0.0)),
        "warmup": (s.warmup, dict(steps=2, then=s.constant(1.0))),
        "one_after_another": (s.one_after_another, dict(parts=((s.constant(1.0), 2),), last=s.constant(0.5))),
    }
    examples = {f"schedules.{name}": call for name, call in makers.items()}
    for name, (make, arguments) in makers.items():
        rate = make(*arguments.pop("parts"), **arguments) if "parts" in arguments else make(**arguments)
        examples[f"schedules.{name}(...)"] = (rate, dict(t=3))
    examples["schedules.one_after_another"] = (s.one_after_another, dict(parts=((s.constant(1.0), 2),), last=s.constant(0.5)))
    return examples


def _of_conventions():
    c = conventions
    printed = ["folded_adam", "library_nesterov", "notes_momentum", "practical_nesterov"]
    printed += ["prince_momentum", "prince_nesterov", "slides_momentum"]
    examples = {f"conventions.{name}": (getattr(c, name), dict(objective=square(), w=POINT)) for name in printed}
    return examples | {
        "conventions.nearest": (c.nearest, dict(method="momentum", source="prince", target="keras", alpha=0.5, beta=0.5)),
        "conventions.in_every_notation": (
            c.in_every_notation,
            dict(method="momentum", source="prince", learning_rate=0.5, momentum=0.5),
        ),
        "conventions.listing": (c.listing, dict(said="Equal.", rows=[("Keras", "SGD()", "")])),
        "conventions.distance": (c.distance, dict(one=[[0.0, 0.0]], two=[[0.0, 1.0]])),
        "conventions.notations": (c.notations, dict(method="momentum")),
        "conventions.library_line": (c.library_line, dict(library="keras", method="momentum", learning_rate=0.5)),
        "conventions.translate": (c.translate, dict(method="momentum", source="prince", target="pytorch", alpha=0.5, beta=0.5)),
        "conventions.pytorch_line": (c.pytorch_line, dict(method="momentum", learning_rate=0.5)),
        "conventions.from_sum_to_mean": (c.from_sum_to_mean, dict(method="momentum", size=4, learning_rate=0.5)),
        "conventions.weight_decay_of_l2": (c.weight_decay_of_l2, dict(strength=1.0)),
        "conventions.pytorch_scheduler": (c.pytorch_scheduler, dict(schedule="step_decay", first=1.0, factor=0.5, every=2)),
        "conventions.pytorch_batch_norm": (c.pytorch_batch_norm, dict(delta=0.5, alpha=0.5)),
        "conventions.pytorch_layer_norm": (c.pytorch_layer_norm, dict(delta=0.5)),
        "conventions.pytorch_he": (c.pytorch_he, {}),
        "conventions.velocity": (c.velocity, dict(source="prince", state=POINT, learning_rate=0.5)),
        "conventions.position": (c.position, dict(ahead=POINT, velocity=[1.0, 0.0], momentum=0.5)),
    }


def _of_data():
    fitted = data.fit_normalization(X)
    file = bytes([0, 0, 8, 1, 0, 0, 0, 2, 10, 20])
    return {
        "data.gabor_sample": (data.gabor_sample, dict(pairs=3, parameters=[0.0, 16.5], noise=0.5, seed=1)),
        "data.two_moons": (data.two_moons, dict(points=4, noise=0.5, seed=1)),
        "data.spirals": (data.spirals, dict(points=4, classes=3, turns=2.0, noise=0.5, seed=1)),
        "data.blobs": (data.blobs, dict(points=4, centres=X, spread=0.5, seed=1)),
        "data.Normalization": (data.Normalization, dict(mean=[1.0, 2.0], deviation=[1.0, 0.5])),
        "data.Normalization(...)": (fitted, dict(x=X)),
        "data.fit_normalization": (data.fit_normalization, dict(x_train=X)),
        "data.ImageSet": (data.ImageSet, dict(name="mine", origins=(), digests=data.MNIST.digests, most_bytes=100)),
        "data.read_idx": (data.read_idx, dict(content=file)),
        "data.halve": (data.halve, dict(images=[[1.0, 2.0], [3.0, 5.0]])),
        "data.pixels": (data.pixels, dict(images=[[[1.0, 2.0], [3.0, 5.0]]], dtype="float64")),
    }


def _of_words():
    return {
        "comparison.compare": (comparison.compare, dict(a=[1.0, 2.0, 4.0, 5.0], b=[2.5, 3.5, 6.0, 8.0, 9.0], seed=1)),
        "comparison.cohens_d": (comparison.cohens_d, dict(a=[1.0, 2.0, 4.0, 5.0], b=[2.5, 3.5, 6.0])),
        "comparison.power": (comparison.power, dict(d=0.5, runs=8, level=0.05)),
        "comparison.expected_best": (comparison.expected_best, dict(scores=[3.0, 1.0, 2.0], trials=2, of=[1.0, 2.0, 4.0])),
        "words.number": (words.number, dict(x=-2500.0, decimals=2)),
        "words.numbers": (words.numbers, dict(x=[1.0, -2500.0], decimals=2)),
        "words.plain": (words.plain, dict(x=-2500.0)),
        "words.with_minus": (words.with_minus, dict(text="-0.8")),
        "words.power": (words.power, dict(x=-2500.0, digits=2)),
        "words.significant": (words.significant, dict(x=-2500.0, digits=2)),
        "tables.table": (
            tables.table,
            dict(rows=(("mine", 1.0, -2500),), headers=("who", "η", "x"), caption="Mine.", name="tab-mine", digits=2),
        ),
        "results.read": (results.read, dict(name="second_order_cost")),
        "results.rounded": (results.rounded, dict(values=[[1.0, -2500.0]], digits=2)),
    }


def of_pictures(ax):
    """By the callable's name: drawings on Axes."""
    run = descent.descend(methods.momentum, objectives.canyon(), POINT, 5, learning_rate=0.01)
    p = pictures
    return {
        "pictures.style_of": (p.style_of, dict(method="momentum")),
        "pictures.contours": (
            p.contours,
            dict(ax=ax, objective=objectives.canyon(), levels=4, resolution=8, tint=True, equal=True),
        ),
        "pictures.curve": (p.curve, dict(ax=ax, objective=objectives.parabola(), box=[[0.0, 2.0]], resolution=8)),
        "pictures.minima": (p.minima, dict(ax=ax, points=[[1.0, 2.0]])),
        "pictures.path": (p.path, dict(ax=ax, run=run, method="momentum", start=True, steps=[0, 1, 2, 3, 4, 5])),
        "pictures.legend": (p.legend, dict(ax=ax, methods={"mine": "momentum"})),
        "pictures.learning_curves": (p.learning_curves, dict(ax=ax, runs={"mine": run}, minimum=0.0, markers=4)),
    }
