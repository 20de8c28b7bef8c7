"""What the page is answered, in CPython: runs, sentences, and the mistakes of a reader's code."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gdcore.catalogue import LANDSCAPES, METHODS
from gdcore.descent import descend
from gdcore.inpage.answer import answer, name_of
from gdcore.methods import adam, momentum
from gdcore.objectives import canyon
from gdcore.schedules import cosine, warmup
from tests.inpage_requests import MISTAKES, source_of


def one(method, landscape="canyon", start=(-0.5, 2.0), steps=50, **rest):
    keys = {key: rest.pop(key) for key in ("noise", "penalty", "tolerance") if key in rest}
    run = {"method": method, "start": list(start), "steps": steps, **rest}
    made = answer({"landscape": {"name": landscape} if isinstance(landscape, str) else landscape, "runs": [run], **keys})
    assert made["error"] is None
    return made["runs"][0]


def test_a_run_is_that_of_descend():
    found = one("adam", hyperparameters={"learning_rate": {"schedule": "cosine", "arguments": {"first": 0.1, "steps": 50}}})
    path = descend(adam, canyon(), [-0.5, 2.0], 50, learning_rate=cosine(0.1, 50))
    assert found["points"] == path.points.tolist()
    assert found["values"] == path.values.tolist()


def test_schedules_can_hold_schedules():
    inner = {"schedule": "cosine", "arguments": {"first": 0.1, "steps": 20}}
    found = one("adam", hyperparameters={"learning_rate": {"schedule": "warmup", "arguments": {"steps": 5, "then": inner}}})
    path = descend(adam, canyon(), [-0.5, 2.0], 50, learning_rate=warmup(5, cosine(0.1, 20)))
    assert found["points"] == path.points.tolist()
    turns = {"schedule": "one_after_another", "arguments": {"parts": [[inner, 20]], "last": inner}}
    assert one("adam", hyperparameters={"learning_rate": turns})["error"] is None


def test_noise_is_numpy_s_from_its_seed():
    found = one("gradient_descent", noise={"scale": 2.0, "seed": 3}, steps=1)
    w = np.array([-0.5, 2.0])
    shaken = canyon().gradient(w) + 2.0 * np.random.default_rng(3).standard_normal((1, 2))[0]
    assert found["points"][1] == (w - 0.01 * shaken).tolist()


def test_sentences_say_what_happened():
    assert one("momentum", steps=120)["says"] == "Momentum arrives within 0.01 of the minimum after 100 steps."
    assert one("momentum", steps=12)["says"] == "Momentum is 21 above the minimum after 12 steps."
    far = one("momentum", hyperparameters={"learning_rate": 1.0}, steps=400)
    assert far["says"] == f"Momentum diverges at step {far['diverged_at']}."
    assert len(far["points"]) == far["diverged_at"]
    wells = one("gradient_descent", "two_wells", (1.2, -0.5), 300, hyperparameters={"learning_rate": 0.1}, label="The walker")
    assert wells["minimum"] == 1
    assert wells["says"].startswith("The walker arrives within 0.01 of the minimum at (0.89, −0.89) after ")
    assert one("adam", "canyon", (1.0, 0.375), 3)["says"] == "Adam starts within 0.01 of the minimum."
    assert one("adam", penalty={"l1": 0.1}, steps=1)["says"].startswith("Adam is at the value 1")


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_name_for_sentences(name):
    assert name_of(name)[0].isupper()
    assert "_" not in name_of(name)


@pytest.mark.parametrize("landscape", [*LANDSCAPES, "gabor"])
def test_answers_can_be_sent(landscape):
    start = [0.3] if landscape == "parabola" else [0.3, 0.7]
    json.dumps(
        answer({"landscape": {"name": landscape}, "runs": [{"method": "adam", "start": start, "steps": 5}]}), allow_nan=False
    )


def test_a_reader_s_method_is_run_and_its_sliders_found():
    code = "def step(objective, w, state=0.0, *, rate=0.01, nu=0.9):\n"
    code += "    v = nu * state - rate * objective.gradient(w)\n    return w + v, v"
    found = one({"code": code, "name": "mine"}, hyperparameters={"nu": 0.8})
    assert found["points"] == descend(momentum, canyon(), [-0.5, 2.0], 50, momentum=0.8).points.tolist()
    assert found["says"].startswith("mine ")
    assert answer({"signature": {"code": code}}) == {"name": "step", "hyperparameters": {"rate": 0.01, "nu": 0.9}, "error": None}


@pytest.mark.parametrize("name", METHODS)
def test_gdcore_s_own_source_runs_as_a_reader_s(name):
    landscape = {"name": "canyon"}
    run = {"start": [-0.5, 2.0], "steps": 5}
    made = [
        answer({"landscape": landscape, "penalty": {"l1": 0.1}, "runs": [{"method": method, **run}]})["runs"][0]
        for method in (name, {"code": source_of(name), "name": name, "from": name})
    ]
    assert made[1]["points"] == made[0]["points"]
    assert [each["error"] and each["error"]["kind"] for each in made] in ([None, None], ["ValueError", "ValueError"])


def test_a_reader_s_landscape_is_run_and_drawn():
    code = "def L(x, y):\n    return x**2 + 10 * y**2 if y > 0 else x**2 + y**2"
    landscape = {"code": code, "box": [[-1, 1], [-1, 1]]}
    assert one("gradient_descent", landscape, (1.0, 0.5), 30)["values"][-1] < 0.5
    asked = {"values": {"landscape": landscape, "points": [[1, 1], [1, -1]]}}
    assert answer(asked) == {"values": [11.0, 2.0], "error": None}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_has_its_kind_line_and_sentence(name):
    request, kind, line, of = MISTAKES[name]
    made = answer(request)
    error = made["error"] or made["runs"][0]["error"]
    assert (error["kind"], error["line"], error["of"]) == (kind, line, of), error
    assert error["says"].endswith(".")
    assert len(error["says"]) < 160


def test_what_is_not_there_is_said():
    assert answer({"landscape": {"name": "moon"}, "runs": []})["error"]["says"] == "There is no landscape 'moon'."
    assert one("sgd")["error"]["says"] == "There is no method 'sgd'."
    assert one("adam", hyperparameters={"learning_rate": {"schedule": "moon"}})["error"]["says"] == "There is no schedule 'moon'."
    assert "learning_rate must be" in one("adam", hyperparameters={"learning_rate": -1})["error"]["says"]
