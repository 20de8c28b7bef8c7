"""The one function that page, kernel and tests ask: what happens when these methods run there.

Requests and answers are plain dictionaries, lists, texts and numbers, so that they can be sent.
docs/rooms.md, "What runs in the page", has their form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from gdcore import hyperparameters, schedules, words
from gdcore.arrays import Array
from gdcore.catalogue import LANDSCAPES, METHODS
from gdcore.data.samples import gabor_sample
from gdcore.descent import Path, descend
from gdcore.inpage import own
from gdcore.inpage.captions import caption
from gdcore.inpage.mistakes import LANDSCAPE, METHOD, REQUEST, Mistake, explained
from gdcore.inpage.script import as_python
from gdcore.minibatches import noisy
from gdcore.objectives import Objective, elastic_net, gabor, quadratic, with_penalty

Request = Mapping[str, Any]

_TOLERANCE = 0.01
_NAMES = {
    **{"adagrad": "AdaGrad", "rmsprop": "RMSProp", "adam": "Adam", "adamw": "AdamW", "nadam": "NAdam", "amsgrad": "AMSGrad"},
    **{"svrg": "SVRG", "newton": "Newton's method", "trust_region": "The trust-region method"},
    **{"gauss_newton": "The Gauss–Newton method", "bfgs": "BFGS", "lbfgs": "L-BFGS"},
    **{"nesterov": "Nesterov momentum", "conjugate_gradient": "The conjugate gradient method"},
    **{"schedule_free": "Schedule-free descent", "soap": "SOAP"},
}


def answer(request: Request) -> dict[str, Any]:
    """What happens: of each run its points, its values and one sentence.

    Requests for values at points (`values`) and for a reader's own signature (`signature`) are
    answered too, and those that `challenges` and `script` answer; the function of a request's
    `caption` says the answer's. Nothing that a reader wrote raises: what is wrong stands in the
    answer's `error`.

    >>> run = {"method": "momentum", "start": [-0.5, 2], "steps": 120}
    >>> answer({"landscape": {"name": "canyon"}, "runs": [run]})["runs"][0]["says"]
    'Momentum arrives within 0.01 of the minimum after 100 steps.'
    """
    if "values" in request:
        return _values_at(request["values"])
    if "signature" in request:
        return _signature(request["signature"])
    if "challenge" in request:
        return _challenge(request)
    if "script" in request:
        return {"text": as_python(request["script"]), "error": None}
    try:
        objective = _objective(request)
        _require_heights(objective, request)
    except Exception as error:
        return {
            "runs": [],
            "lowest": None,
            "error": explained(error, _of_landscape(request), request.get("landscape", {}).get("code")),
        }
    minima = _minima(objective)
    shaken = _shaken(objective, request)
    runs = [_answered(run, shaken, minima, request) for run in request["runs"]]
    lowest = min((value for _, value in minima), default=None)
    reply: dict[str, Any] = {"runs": runs, "lowest": lowest, "error": None}
    if "caption" in request and not any(run["error"] for run in runs):
        reply["caption"] = caption(request["caption"], request["runs"], runs, lowest)
    return reply


def _challenge(request: Request) -> dict[str, Any]:
    from gdcore.inpage.challenges import checked  # which asks here

    return checked(request)


def _of_landscape(request: Request) -> str:
    return LANDSCAPE if "code" in request.get("landscape", {}) else REQUEST


def landscape_of(asked: Mapping[str, Any]) -> Objective:
    """The landscape of a request, without penalty and noise.

    >>> landscape_of({"name": "bowl"}).name
    'bowl'
    """
    return _objective({"landscape": asked})


def _objective(request: Request) -> Objective:
    """The landscape, with its penalty if there is one."""
    asked = request["landscape"]
    if "code" in asked:
        objective = own.landscape(asked["code"], tuple((float(low), float(high)) for low, high in asked["box"]))
    else:
        objective = _known(asked["name"], asked.get("arguments") or {})
    penalty = request.get("penalty") or {}
    if penalty.get("l1") or penalty.get("l2"):
        return with_penalty(objective, elastic_net(penalty.get("l1") or 0.0, penalty.get("l2") or 0.0))
    return objective


def _known(name: str, arguments: Mapping[str, Any]) -> Objective:
    """A landscape by its name: one of the catalogue, "quadratic" with arguments, or "gabor"."""
    if name == "gabor":
        return _gabor()
    if name == "quadratic" and arguments:
        return quadratic(**arguments)
    if name not in LANDSCAPES:
        raise Mistake("ValueError", f"There is no landscape {name!r}.", of=REQUEST)
    if name not in _made:
        _made[name] = LANDSCAPES[name]()
    return _made[name]


_made: dict[str, Objective] = {}


def _gabor() -> Objective:
    """The Gabor loss on the book's own sample."""
    if "gabor" not in _made:
        _made["gabor"] = gabor(*gabor_sample())
    return _made["gabor"]


def _require_heights(objective: Objective, request: Request) -> None:
    """A reader's own landscape has a finite value where the runs start."""
    if "code" not in request["landscape"]:
        return
    for run in request["runs"]:
        with np.errstate(all="ignore"):
            if not np.isfinite(objective.value(np.array(run["start"], float))):
                raise Mistake("NotFiniteError", "L is not a finite number at the start.", of=LANDSCAPE)


def _shaken(objective: Objective, request: Request) -> Objective:
    """The landscape whose gradient is disturbed at each step, the same for all runs."""
    noise = request.get("noise") or {}
    if not noise.get("scale"):
        return objective
    most = max((run["steps"] for run in request["runs"]), default=0)
    return noisy(objective, noise["scale"] * _drawn(noise.get("seed", 0), max(most, 1), objective.dimension or 2))


@lru_cache(maxsize=16)
def _drawn(seed: int, steps: int, dimension: int) -> Array:
    """Standard normal numbers, drawn once: the page asks for the same with every move."""
    return np.random.default_rng(seed).standard_normal((steps, dimension))


def _minima(objective: Objective) -> list[tuple[Array, float]]:
    """Every known minimum with its value."""
    return [] if objective.minima is None else [(w, float(objective.value(w))) for w in objective.minima]


def _answered(run: Request, objective: Objective, minima: list[tuple[Array, float]], request: Request) -> dict[str, Any]:
    """One run; what is wrong with it stands in its `error`."""
    asked = run["method"]
    code = None if isinstance(asked, str) else asked["code"]
    reply: dict[str, Any] = {
        "points": [],
        "values": [],
        "diverged_at": None,
        "arrived_at": None,
        "minimum": None,
        "says": "",
        "error": None,
    }
    try:
        settings = {name: _setting(value) for name, value in (run.get("hyperparameters") or {}).items()}
        method, settings = _read(run, settings) if "notation" in run else (_method(asked), settings)
        try:
            path = descend(method, objective, run["start"], run["steps"], **settings)
        except (TypeError, ValueError) as error:
            if code is not None and own_error(error):
                own.probed(method, code, objective, np.array(run["start"], float), run["steps"], settings)
            raise
        name = run.get("label") or name_of(asked)
        reply.update(_outcome(name, path, minima, request.get("tolerance") or _TOLERANCE))
    except Exception as error:
        landscape = request["landscape"].get("code")
        of, text = METHOD if code is not None or landscape is None else LANDSCAPE, code if code is not None else landscape
        if landscape is not None and code is not None and explained(error, LANDSCAPE, landscape)["line"] is not None:
            of, text = LANDSCAPE, landscape
        reply["error"] = explained(error, of, text)
    return reply


def own_error(error: Exception) -> bool:
    """Whether an error may come from what a reader's step returned, and not from a line in it."""
    return explained(error, METHOD, "")["line"] is None


def _method(asked: Any) -> Callable[..., Any]:
    if isinstance(asked, str):
        if asked not in METHODS:
            raise Mistake("ValueError", f"There is no method {asked!r}.", of=REQUEST)
        return METHODS[asked].function
    return own.method(asked["code"], asked.get("name") or "step", asked.get("from"))


def name_of(asked: Any) -> str:
    """A method's name as sentences begin with it.

    >>> name_of("gradient_descent"), name_of("adamw"), name_of({"name": "mine"})
    ('Gradient descent', 'AdamW', 'mine')
    """
    if not isinstance(asked, str):
        return asked.get("name") or "Your method"
    return _NAMES.get(asked) or asked.replace("_", " ").capitalize()


def _read(run: Request, values: dict[str, Any]) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The step of a run whose values are a notation's, and its hyperparameters: gdcore's step, or
    as the notation writes it. A notation that does not write the method leaves it to gdcore's.
    """
    from gdcore.conventions import lines, notations  # which no other request needs

    asked = run["method"]
    notation = run["notation"] if run["notation"] in notations(asked) else "gdcore"
    if run.get("as_written"):
        return lines.as_written(asked, notation, **values)
    return _method(asked), lines.meant(asked, notation, **values)


def _setting(value: Any) -> Any:
    """A hyperparameter: a number, or a schedule by its name and arguments."""
    if not isinstance(value, Mapping):
        return value
    name, arguments = value["schedule"], {each: _setting(given) for each, given in (value.get("arguments") or {}).items()}
    if name not in SCHEDULES:
        raise Mistake("ValueError", f"There is no schedule {name!r}.", of=REQUEST)
    parts = [(_setting(schedule), steps) for schedule, steps in arguments.pop("parts", [])]
    return getattr(schedules, name)(*parts, **arguments)


SCHEDULES = ("constant", "step_decay", "linear", "power_law", "exponential", "geometric", "cosine", "warmup", "one_after_another")


def _outcome(name: str, path: Path, minima: list[tuple[Array, float]], tolerance: float) -> dict[str, Any]:
    """What a run leaves behind, up to the first point that is not finite."""
    end = len(path.points) if path.diverged_at is None else int(path.diverged_at)
    values = path.values.tolist()[:end]
    found = {"points": path.points.tolist()[:end], "values": values, "diverged_at": path.diverged_at}
    found |= {"arrived_at": None, "minimum": None}
    if path.diverged_at is None:
        for place, (minimum, _) in enumerate(minima):
            arrived = path.arrival(minimum, tolerance)
            if arrived is not None:
                found |= {"arrived_at": arrived, "minimum": place}
    return {**found, "says": _sentence(name, found, minima, tolerance)}


def _sentence(name: str, found: Mapping[str, Any], minima: list[tuple[Array, float]], tolerance: float) -> str:
    """One sentence about a run's end."""
    steps, values = len(found["points"]) - 1, found["values"]
    after = f"after {steps} step{'' if steps == 1 else 's'}"
    if found["diverged_at"] is not None:
        return f"{name} diverges at step {found['diverged_at']}."
    if found["minimum"] is not None:
        arrived = found["arrived_at"]
        when = "starts" if arrived == 0 else "arrives"
        end = "" if arrived == 0 else f" after {arrived} step{'' if arrived == 1 else 's'}"
        return f"{name} {when} within {words.plain(tolerance)} of {_place(minima, found['minimum'])}{end}."
    if not abs(values[-1]) < float("inf"):
        return f"{name} runs away: its value is too large to be written {after}."
    if not minima:
        return f"{name} is at the value {words.significant(values[-1])} {after}."
    lowest = min(range(len(minima)), key=lambda place: minima[place][1])
    above = values[-1] - minima[lowest][1]
    if above <= 0:
        return f"{name} is as low as the minimum {after}."
    which = "the minimum" if len(minima) == 1 else "the lowest minimum"
    return f"{name} is {words.significant(above)} above {which} {after}."


def _place(minima: list[tuple[Array, float]], place: int) -> str:
    """Which minimum is meant."""
    if len(minima) == 1:
        return "the minimum"
    return f"the minimum at ({', '.join(words.number(each, 2) for each in minima[place][0].tolist())})"


def _values_at(request: Request) -> dict[str, Any]:
    """The landscape's values at points."""
    try:
        objective = _objective(request)
        with np.errstate(all="ignore"):
            points = np.array(request["points"], float)
            return {"values": objective.value(points).tolist() if len(points) else [], "error": None}
    except Exception as error:
        return {"values": None, "error": explained(error, _of_landscape(request), request.get("landscape", {}).get("code"))}


def _signature(request: Request) -> dict[str, Any]:
    """A reader's own method: its name and the hyperparameters with their defaults."""
    try:
        step = own.method(request["code"], request.get("name") or "step", request.get("from"))
        defaults = hyperparameters.signature_of(step).defaults
        plain = {name: value if isinstance(value, (bool, int, float, str)) else None for name, value in defaults.items()}
        return {"name": step.__name__, "hyperparameters": plain, "error": None}
    except Exception as error:
        return {"name": None, "hyperparameters": {}, "error": explained(error, METHOD, request["code"])}
