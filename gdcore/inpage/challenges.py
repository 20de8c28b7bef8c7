"""Challenges of the playground: what to reach, checked by gdcore itself, in the page and in tests.

A challenge begins with a request of `gdcore.inpage.answer`, the state that it sets up, and is
solved by another one. Its check gets the reader's request and says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdcore.catalogue import LANDSCAPES, METHODS
from gdcore.descent import descend
from gdcore.inpage import own
from gdcore.inpage.answer import answer
from gdcore.inpage.mistakes import METHOD, REQUEST, Mistake, explained

Request = Mapping[str, Any]
Runs = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Challenge:
    """A goal, and how it is known to be reached.

    - `title`, `task`: what the reader is told; `hint` and `why` are for those who ask: a nudge, and
      the reason that the solution works.
    - `begin`, `solution`: requests; the first does not solve it.
    - `keeps`: the parts of the request that must stay as they were.
    - `check`: what a request that kept them, and its runs, still lack; an empty text if nothing.
    """

    title: str
    task: str
    hint: str
    why: str
    begin: Request
    solution: Request
    check: Callable[[Request, Runs], str]
    keeps: tuple[str, ...] = ("landscape", "start")


def checked(request: Request) -> dict[str, Any]:
    """Whether `request["request"]` solves the challenge of that name, and a sentence about it.

    >>> asked = {"challenge": "bowl_in_four", "request": CHALLENGES["bowl_in_four"].solution}
    >>> checked(asked)["solved"]
    True
    """
    challenge = CHALLENGES.get(request["challenge"])
    if challenge is None:
        raise Mistake("ValueError", f"There is no challenge {request['challenge']!r}.", of=REQUEST)
    asked = request["request"]
    missing = _changed(asked, challenge) or _without_error(asked, challenge)
    return {"solved": not missing, "says": missing or "Solved.", "error": None}


_PARTS: dict[str, tuple[Callable[[Request], Any], str]] = {
    "landscape": (lambda request: request["landscape"], "the landscape"),
    "noise": (lambda request: (request.get("noise") or {}).get("scale", 0), "the noise"),
    "start": (lambda request: [run["start"] for run in request["runs"]][:1], "the start"),
    "steps": (lambda request: [run["steps"] for run in request["runs"]][:1], "the number of steps"),
}


def _changed(asked: Request, challenge: Challenge) -> str:
    """A sentence, if a part that must stay was changed."""
    if not asked["runs"]:
        return "There is no run: add a method, or press Run."
    for part in challenge.keeps:
        of, name = _PARTS[part]
        if of(asked) != of(challenge.begin):
            return f"Keep {name} as the challenge set it."
    return ""


def _without_error(asked: Request, challenge: Challenge) -> str:
    found = answer({**asked, "caption": None} if "caption" in asked else asked)
    for each in (found, *found["runs"]):
        if each["error"]:
            return str(each["error"]["says"])
    try:
        return challenge.check(asked, found["runs"])
    except Exception as error:
        return str(explained(error, METHOD)["says"])


def _rate(run: Request) -> Any:
    return (run.get("hyperparameters") or {}).get("learning_rate")


def _first(asked: Request, runs: Runs, name: str) -> tuple[Request, Mapping[str, Any]] | None:
    """The run of a method, asked and found."""
    for run, found in zip(asked["runs"], runs, strict=True):
        if run["method"] == name:
            return run, found
    return None


def _arrives_within(name: str, steps: int) -> Callable[[Request, Runs], str]:
    def check(asked: Request, runs: Runs) -> str:
        found = _first(asked, runs, name)
        if found is None:
            return f"Race with {name.replace('_', ' ')}."
        arrived = found[1]["arrived_at"]
        if arrived is None:
            return f"It does not arrive within {asked['runs'][0]['steps']} steps."
        return "" if arrived <= steps else f"It arrives after {arrived} steps; {steps} are allowed."

    return check


def canyon_curvature() -> float:
    """How the canyon's walls curve: its slope across is linear, and grows by this each unit."""
    across = LANDSCAPES["canyon"]().gradient(np.array([[0.0, 0.0], [0.0, 1.0]]))[:, 1]
    return float(across[1] - across[0])


def _last_safe_rate(asked: Request, runs: Runs) -> str:
    found = _first(asked, runs, "gradient_descent")
    if found is None:
        return "Race with gradient descent."
    rate, limit = _rate(found[0]), 2 / canyon_curvature()
    if not isinstance(rate, (int, float)):
        return "Use one rate for all steps."
    if found[1]["arrived_at"] is None:
        return "It does not arrive."
    return (
        "" if rate >= 0.98 * limit else f"It arrives, and a rate that is {0.98 * limit / rate:.2f} times as large would do too."
    )


def _one_rate(asked: Request, runs: Runs) -> tuple[Any, Any] | str:
    """Momentum's run and Adam's, at one rate."""
    ball, adam = _first(asked, runs, "momentum"), _first(asked, runs, "adam")
    if ball is None or adam is None:
        return "Race with momentum and Adam."
    if _rate(ball[0]) != _rate(adam[0]) or not isinstance(_rate(ball[0]), (int, float)):
        return "Give both the same learning rate."
    return ball[1], adam[1]


def _momentum_beats_adam(asked: Request, runs: Runs) -> str:
    both = _one_rate(asked, runs)
    if isinstance(both, str):
        return both
    if both[0]["arrived_at"] is None:
        return "Momentum does not arrive."
    return "" if both[1]["arrived_at"] is None else "Momentum arrives, and so does Adam."


def _adam_beats_momentum(asked: Request, runs: Runs) -> str:
    both = _one_rate(asked, runs)
    if isinstance(both, str):
        return both
    if both[1]["arrived_at"] is None:
        return "Adam does not arrive."
    high = both[0]["diverged_at"] is not None or both[0]["values"][-1] > both[0]["values"][0]
    return "" if high else "Adam arrives, and momentum does not end higher than it started."


def _rosenbrock_in_20(asked: Request, runs: Runs) -> str:
    arrived = [run["arrived_at"] for run in runs if run["arrived_at"] is not None]
    if not arrived:
        return "No run arrives."
    return "" if min(arrived) <= 20 else f"The fastest needs {min(arrived)} steps; 20 are allowed."


def _into_the_deep_well(asked: Request, runs: Runs) -> str:
    found = _first(asked, runs, "momentum")
    if found is None:
        return "Race with momentum."
    if found[1]["minimum"] is None:
        return "It comes to rest in no well."
    return "" if found[1]["minimum"] == 0 else "It comes to rest in the shallow well, at (0.89, −0.89)."


def _off_the_saddle(asked: Request, runs: Runs) -> str:
    found = _first(asked, runs, "gradient_descent")
    if found is None:
        return "Race with gradient descent."
    return "" if found[1]["minimum"] is not None else "It ends in no minimum."


_FLOOR, _SEEDS = 0.04, range(4)


def _below_the_floor(asked: Request, runs: Runs) -> str:
    found = _first(asked, runs, "gradient_descent")
    if found is None:
        return "Race with gradient descent."
    height = mean_end({**asked, "runs": [found[0]]})
    if height <= _FLOOR:
        return ""
    return f"With {len(_SEEDS)} seeds its last 20 steps lie {height:.3f} above the minimum on average; {_FLOOR} is the goal."


def mean_end(request: Request) -> float:
    """How high the last 20 steps of a request's only run lie above the minimum, averaged over the
    seeds of the noise.
    """
    heights = []
    for seed in _SEEDS:
        found = answer({**request, "noise": {**request["noise"], "seed": seed}})
        if found["runs"][0]["diverged_at"] is not None:
            return float("inf")
        heights.append(float(np.mean(np.array(found["runs"][0]["values"][-20:]) - found["lowest"])))
    return float(np.mean(heights))


def _three_minima(asked: Request, runs: Runs) -> str:
    found = {run["minimum"] for run in runs if run["minimum"] is not None}
    names = {run["method"] for run in asked["runs"] if isinstance(run["method"], str)}
    if len(names) < 3:
        return "Race with three different methods of the book."
    return "" if len(found) >= 3 else f"They end in {len(found)} of the four minima."


def _takes_the_steps_of(name: str, settings: Mapping[str, Any]) -> Callable[[Request, Runs], str]:
    """Whether a reader's step goes where gdcore's goes, on three landscapes, from three starts."""

    def check(asked: Request, runs: Runs) -> str:
        written = [run["method"] for run in asked["runs"] if not isinstance(run["method"], str)]
        if not written:
            return "Write the step, and press Run."
        step = own.method(written[-1]["code"], written[-1].get("name") or "step", written[-1].get("from"))
        for landscape, start in (("canyon", [-0.5, 2.0]), ("rosenbrock", [-1.2, 1.0]), ("himmelblau", [1.0, -2.0])):
            objective = LANDSCAPES[landscape]()
            theirs = descend(METHODS[name].function, objective, start, 30, **settings).points
            yours = descend(step, objective, start, 30, **settings).points
            apart = ~(np.abs(yours - theirs) <= 1e-9 * (1 + np.abs(theirs))).all(axis=1)
            if apart.any():
                return f"On {landscape} your step {int(np.argmax(apart))} goes another way than the equation's."
        return ""

    return check


def _one_step(asked: Request, runs: Runs) -> str:
    if "code" not in asked["landscape"]:
        return "Choose a landscape of your own, and write its L(x, y)."
    found = _first(asked, runs, "gradient_descent")
    if found is None:
        return "Race with gradient descent."
    if _rate(found[0]) != 0.1:
        return "Keep its rate at 0.1."
    far = []
    for start in ([-1.0, 1.5], [0.5, 0.5], [1.7, -1.9]):
        [run] = answer({"landscape": asked["landscape"], "runs": [{**found[0], "start": start, "steps": 1}]})["runs"]
        if run["error"]:
            return str(run["error"]["says"])
        far.append(float(np.abs(np.array(run["points"][-1]) - [1.0, -1.0]).max()))
    return "" if max(far) <= 1e-5 else f"From some start the first step ends {max(far):.2g} away from (1, −1)."


def _run(method: Any, start: list[float], steps: int, **hyperparameters: Any) -> dict[str, Any]:
    return {"method": method, "start": start, "steps": steps, "hyperparameters": hyperparameters}


def _on(landscape: str, *runs: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"landscape": {"name": landscape}, "runs": list(runs), **rest}


def _written(code: str, name: str = "mine") -> dict[str, str]:
    return {"code": code, "name": name}


_BOWL, _CANYON, _ROSENBROCK, _WELL = [-0.5, 2.5], [-0.5, 2.0], [-1.2, 1.0], [1.2, -1.5]
_NOISE = {"scale": 5.0, "seed": 0}
_COSINE = {"schedule": "cosine", "arguments": {"first": 0.01, "steps": 80}}

_ADAGRAD_BEGUN = """\
def step(objective, w, state=0.0, *, learning_rate=0.5, epsilon=1e-8):
    # r <- r + g²,  w <- w - learning_rate g / (√r + epsilon),  coordinate by coordinate
    g = objective.gradient(w)
    return w - learning_rate * g, state
"""
_ADAGRAD = """\
def step(objective, w, state=0.0, *, learning_rate=0.5, epsilon=1e-8):
    g = objective.gradient(w)
    r = state + g**2
    return w - learning_rate * g / (np.sqrt(r) + epsilon), r
"""
_ADAM_BROKEN = """\
def step(objective, w, state=(0, 0.0, 0.0), *, learning_rate=0.1, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t, s, r = state
    g = objective.gradient(w)
    s = beta1 * s + (1 - beta1) * g
    r = beta2 * r + (1 - beta2) * g**2
    s_hat = s / (1 - beta1 ** (t + 1))
    r_hat = r / (1 - beta2 ** (t + 1))
    return w - learning_rate * s_hat / (np.sqrt(r_hat) + epsilon), (t, s, r)
"""
_ADAM_MENDED = _ADAM_BROKEN.replace("t, s, r = state\n", "t, s, r = state\n    t = t + 1\n").replace("** (t + 1)", "** t")
_FLAT = "def L(x, y):\n    return x**2 + y**2\n"
_ROUND = "def L(x, y):\n    return 5 * (x - 1) ** 2 + 5 * (y + 1) ** 2\n"
_BOX = [[-2.0, 2.0], [-2.0, 2.0]]

CHALLENGES: dict[str, Challenge] = {
    "bowl_in_four": Challenge(
        "The bowl in four steps",
        "Let gradient descent arrive on the bowl within four steps. Its rate is all that you may change.",
        "Along its axes the bowl curves by 12 and by 18. A rate of 2 divided by their sum shrinks both errors alike.",
        "At the rate 2 / (12 + 18) each step shrinks the error along both axes to a fifth.",
        _on("bowl", _run("gradient_descent", _BOWL, 40, learning_rate=0.02)),
        _on("bowl", _run("gradient_descent", _BOWL, 40, learning_rate=0.0667)),
        _arrives_within("gradient_descent", 4),
    ),
    "last_safe_rate": Challenge(
        "At the edge",
        "Take the largest rate at which gradient descent still arrives in the canyon: at least 98 % of the limit.",
        "The steepest curvature of the canyon is 80. Beyond 2 divided by it every step overshoots by more than it gained.",
        "The limit is 2 / 80 = 0.025. Just below it the walker crosses the valley hundreds of times, a little lower each time.",
        _on("canyon", _run("gradient_descent", _CANYON, 400, learning_rate=0.005)),
        _on("canyon", _run("gradient_descent", _CANYON, 400, learning_rate=0.0247)),
        _last_safe_rate,
    ),
    "momentum_beats_adam": Challenge(
        "A rate for the ball",
        "Find one rate for both at which momentum arrives in the canyon within 100 steps and Adam does not.",
        "Adam moves each coordinate by about the rate, however steep the slope is. How far must it go?",
        "A step of Adam is about as long as its rate, so a small rate does not carry it there. The ball's steps grow with the "
        "slope.",
        _on("canyon", _run("momentum", _CANYON, 100, learning_rate=0.1), _run("adam", _CANYON, 100, learning_rate=0.1)),
        _on("canyon", _run("momentum", _CANYON, 100, learning_rate=0.01), _run("adam", _CANYON, 100, learning_rate=0.01)),
        _momentum_beats_adam,
        ("landscape", "start", "steps"),
    ),
    "adam_beats_momentum": Challenge(
        "A rate for Adam",
        "Now the other way: one rate for both at which Adam arrives within 100 steps and momentum ends higher than it began.",
        "Momentum with 0.9 diverges beyond 2 (1 + 0.9) / 80. Adam's step is limited by its rate.",
        "Beyond 0.0475 the ball is thrown farther with every swing. Adam's step stays about as long as its rate.",
        _on("canyon", _run("momentum", _CANYON, 100, learning_rate=0.01), _run("adam", _CANYON, 100, learning_rate=0.01)),
        _on("canyon", _run("momentum", _CANYON, 100, learning_rate=0.2), _run("adam", _CANYON, 100, learning_rate=0.2)),
        _adam_beats_momentum,
        ("landscape", "start", "steps"),
    ),
    "rosenbrock_in_20": Challenge(
        "Rosenbrock in 20 steps",
        "Arrive within 20 steps on Rosenbrock's valley, with any method of the book.",
        "A method that sees the curvature knows how the valley bends.",
        "Newton's method solves the local quadratic in each step and follows the bend of the valley.",
        _on("rosenbrock", _run("adam", _ROSENBROCK, 200, learning_rate=0.1)),
        _on("rosenbrock", _run("newton", _ROSENBROCK, 200, learning_rate=1.0)),
        _rosenbrock_in_20,
    ),
    "into_the_deep_well": Challenge(
        "Into the deep well",
        "The start lies above the shallow well. Let momentum come to rest in the deep one, within 200 steps.",
        "The ball needs enough speed to cross the ridge, and enough friction to stay behind it.",
        "With a larger rate and a momentum of 0.95 the ball crosses the ridge once, and then loses its speed in the deep well.",
        _on("two_wells", _run("momentum", _WELL, 200, learning_rate=0.1, momentum=0.8)),
        _on("two_wells", _run("momentum", _WELL, 200, learning_rate=0.2, momentum=0.95)),
        _into_the_deep_well,
        ("landscape", "start", "steps"),
    ),
    "off_the_saddle": Challenge(
        "Off the saddle",
        "From this start the slope leads exactly to the saddle. Let gradient descent end in a minimum, from the same start.",
        "What does a minibatch have that the whole data set has not?",
        "A little noise pushes the walker off the line that leads to the saddle, and the slope does the rest.",
        _on("saddle", _run("gradient_descent", [1.0, 0.0], 200, learning_rate=0.1)),
        _on("saddle", _run("gradient_descent", [1.0, 0.0], 200, learning_rate=0.1), noise={"scale": 0.01, "seed": 0}),
        _off_the_saddle,
    ),
    "below_the_floor": Challenge(
        "Below the noise floor",
        f"The gradient is noisy. Let the last 20 of 80 steps lie at most {_FLOOR} above the minimum, on average over four seeds.",
        "A large rate arrives soon and then rattles; a small one is quiet and slow. The rate may change on the way.",
        "A cosine schedule begins with a rate that arrives soon and ends with one that is quiet. With one rate for all steps "
        "the walker is either late or loud.",
        _on("bowl", _run("gradient_descent", _BOWL, 80, learning_rate=0.06), noise=_NOISE),
        _on("bowl", _run("gradient_descent", _BOWL, 80, learning_rate=_COSINE), noise=_NOISE),
        _below_the_floor,
        ("landscape", "start", "steps", "noise"),
    ),
    "three_minima": Challenge(
        "Three ways down",
        "Race three methods from one start on Himmelblau's function so that they end in three different minima.",
        "Start near the hill in the middle, at (0, −1) for example. The largest rate of the ball carries it across.",
        "Near the top of a hill the direction of the first steps decides, and the methods disagree about it.",
        _on("himmelblau", _run("gradient_descent", [0.0, 0.0], 200, learning_rate=0.01)),
        _on(
            "himmelblau",
            _run("gradient_descent", [0.0, -1.0], 200, learning_rate=0.01),
            _run("adam", [0.0, -1.0], 200, learning_rate=0.3),
            _run("momentum", [0.0, -1.0], 200, learning_rate=0.02),
        ),
        _three_minima,
        ("landscape",),
    ),
    "write_adagrad": Challenge(
        "Write AdaGrad",
        "Write AdaGrad from its equation. The page compares 30 steps on three landscapes with gdcore's.",
        "The state is r, one sum for each coordinate. Add the square of the gradient to it before you divide, and return it.",
        "The new sum r is used in the same step, and returned as the state of the next.",
        _on("canyon", _run(_written(_ADAGRAD_BEGUN), _CANYON, 60, learning_rate=0.01)),
        _on("canyon", _run(_written(_ADAGRAD), _CANYON, 60, learning_rate=0.5)),
        _takes_the_steps_of("adagrad", {"learning_rate": 0.3, "epsilon": 1e-8}),
        (),
    ),
    "mend_adam": Challenge(
        "Mend Adam",
        "One thing is wrong in this Adam. Find it, so that it takes the steps of gdcore's.",
        "What does the bias correction count, and where does that number go?",
        "The counter t never grew, so every step was corrected as if it were the first.",
        _on("canyon", _run(_written(_ADAM_BROKEN), _CANYON, 100, learning_rate=0.2)),
        _on("canyon", _run(_written(_ADAM_MENDED), _CANYON, 100, learning_rate=0.2)),
        _takes_the_steps_of("adam", {"learning_rate": 0.1}),
        (),
    ),
    "one_step": Challenge(
        "A landscape of one step",
        "Write a landscape on which gradient descent, with the rate 0.1, is at (1, −1) after one step from every start.",
        "The step multiplies the distance by 1 − 0.1 λ along every axis. Which curvature λ makes that 0?",
        "A round bowl of curvature 10 makes 1 − 0.1 · 10 = 0 in every direction.",
        {"landscape": {"code": _FLAT, "box": _BOX}, "runs": [_run("gradient_descent", [-1.0, 1.5], 20, learning_rate=0.1)]},
        {"landscape": {"code": _ROUND, "box": _BOX}, "runs": [_run("gradient_descent", [-1.0, 1.5], 20, learning_rate=0.1)]},
        _one_step,
        (),
    ),
}
"""The challenges by their names, in the order in which they are offered."""
