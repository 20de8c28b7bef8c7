"""The playground's Python: what it is told, its addresses, its challenges, and its state as Python."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import nbformat
import numpy as np
import pytest

from gdcore.catalogue import LANDSCAPES, METHODS
from gdcore.descent import descend
from gdcore.explore import assets
from gdcore.hyperparameters import signature_of
from gdcore.inpage import playground
from gdcore.inpage.address import address
from gdcore.inpage.answer import answer
from gdcore.inpage.challenges import CHALLENGES, checked
from gdcore.inpage.script import as_python
from gdcore.methods import momentum
from gdcore.objectives import canyon
from tests.conftest import ROOT
from tests.inpage_requests import source_of


def run(method, start=(-0.5, 2.0), steps=30, **hyperparameters):
    return {"method": method, "start": list(start), "steps": steps, "hyperparameters": hyperparameters}


def request(*runs, landscape="canyon", **rest):
    return {"landscape": {"name": landscape} if isinstance(landscape, str) else landscape, "runs": list(runs), **rest}


# What it is told


def test_every_method_and_every_landscape_is_there_or_named_with_a_reason():
    told = playground.data()
    assert [each["name"] for each in told["methods"]] == list(METHODS)
    assert {each["name"] for each in told["methods"] if each["refused"]} == {
        name for name, known in METHODS.items() if known.needs == "shapes"
    }
    plane = [each["name"] for each in told["landscapes"]]
    assert {*plane, *playground.NOT_IN_THE_PLANE} == {*LANDSCAPES, "gabor"}
    assert all(LANDSCAPES[name]().dimension == 2 for name in plane if name != "gabor")
    assert all(LANDSCAPES[name]().dimension != 2 for name in playground.NOT_IN_THE_PLANE)


@pytest.mark.parametrize("method", METHODS)
def test_each_number_of_a_method_has_a_slider_that_begins_at_a_value_it_takes(method):
    sliders = playground.sliders(method)
    defaults = signature_of(METHODS[method].function).defaults
    assert [each["name"] for each in sliders] == list(defaults)
    begin = {each["name"]: each["default"] for each in sliders}
    assert {name: value for name, value in begin.items() if name != "learning_rate"} == {
        name: value for name, value in defaults.items() if name != "learning_rate"
    }
    for each in sliders:
        if each["kind"] == "log":
            assert each["least"] <= each["default"] <= each["most"] or (each["zero"] and each["default"] == 0)
        if each["kind"] == "whole":
            assert each["least"] <= each["default"] <= each["most"]


@pytest.mark.parametrize("landscape", playground.GROUNDS)
def test_a_start_lies_on_its_map_and_a_method_moves_from_it(landscape):
    start = playground.GROUNDS[landscape][1]
    [found] = answer(request(run("gradient_descent", start, 20, learning_rate=1e-4), landscape=landscape))["runs"]
    assert found["error"] is None and found["points"][0] != found["points"][-1]
    box = np.array(playground.landscape_of({"name": landscape}).box)
    assert (box[:, 0] <= start).all() and (start <= box[:, 1]).all()


def test_the_code_shown_is_the_method_s_own():
    assert playground.code_of("adam") == source_of("adam")
    assert "def adam(" in playground.code_of("adam")


def test_heights_are_those_of_the_landscape():
    found = np.array(playground.heights("canyon")).reshape(playground.GRID, playground.GRID)
    assert found.min() >= 0 and found.max() == 1000
    low = np.unravel_index(found.argmin(), found.shape)
    x, y = (np.linspace(*sides, playground.GRID) for sides in playground.squared(canyon().box))
    minimum = canyon().minima[0]
    assert abs(x[low[1]] - minimum[0]) < 0.1 and abs(y[low[0]] - minimum[1]) < 0.1


def scripts_of(text):
    """How many scripts a browser finds."""

    class Counting(HTMLParser):
        count = 0

        def handle_starttag(self, tag, attrs):
            self.count += tag == "script"

    parser = Counting()
    parser.feed(text)
    return parser.count


def test_markup_holds_no_code_that_ends_its_script_early():
    assets.begin_page()  # its first figure brings the scripts
    text = playground.html_of(live=False)
    assets.begin_page()
    assert scripts_of(text) == 3
    found = re.search(r'id="playground-data">(.*?)</script>', text, re.DOTALL)
    assert json.loads(found[1])["start"] == playground.data()["start"]


# Addresses


def test_an_address_names_what_it_cannot_say():
    good = {"landscape": "canyon", "start": [0, 1], "steps": 9}
    with pytest.raises(ValueError, match="landscape must be one of bowl"):
        address(**{**good, "landscape": "parabola"}, adam={})
    with pytest.raises(ValueError, match="start must be two numbers"):
        address(**{**good, "start": [1, 2, 3]}, adam={})
    with pytest.raises(ValueError, match="steps"):
        address(**{**good, "steps": 0}, adam={})
    with pytest.raises(ValueError, match="at least one"):
        address(**good)
    with pytest.raises(ValueError, match="got 'adem'"):
        address(**good, adem={})
    with pytest.raises(ValueError, match="has no hyperparameter 'rate'"):
        address(**good, adam={"rate": 0.1})


def asked_by(link):
    """The request of an address that `address` can write."""
    parts = [part.split("=", 1) for part in link.split("#")[1].split("&")]
    named = dict(parts)
    start = [float(each) for each in named["start"].split(",")]
    runs = []
    for name, text in parts:
        if name == "method":
            method, inner = text.rstrip(")").split("(")
            settings = dict(part.split("=") for part in inner.split(",") if part)
            runs.append(run(method, start, int(named["steps"]), **{key: json.loads(value) for key, value in settings.items()}))
    noise, penalty = ([float(each) for each in named.get(part, "0,0").split(",")] for part in ("noise", "penalty"))
    rest = {"noise": {"scale": noise[0], "seed": int(noise[1])}, "penalty": {"l1": penalty[0], "l2": penalty[1]}}
    return request(*runs, landscape=named["landscape"], **rest)


def test_an_address_keeps_every_digit():
    link = address("canyon", [1 / 3, -1e-7], 12, adam={"learning_rate": 2 / 7, "bias_correction": False}, momentum={})
    found = asked_by(link)["runs"]
    assert found[0]["start"] == [1 / 3, -1e-7]
    assert found[0]["hyperparameters"] == {"learning_rate": 2 / 7, "bias_correction": False}
    assert [each["method"] for each in found] == ["adam", "momentum"]


def links_of_the_book():
    """Every link to the playground in a notebook, with its page."""
    found = []
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            found += [(path.stem, link) for link in re.findall(r"playground\.ipynb(#landscape=[^\s\]]*)\)", cell.source)]
    return found


def test_every_link_to_the_playground_opens_a_race_that_runs():
    links = links_of_the_book()
    assert {page for page, _ in links} >= {"playground", "momentum", "adaptive", "sgd", "regularization", "second_order"}
    for page, link in links:
        found = answer(asked_by(link))
        assert found["error"] is None, (page, link, found["error"])
        assert not [each["error"] for each in found["runs"] if each["error"]], (page, link)


# Challenges


def test_there_are_a_dozen_challenges():
    assert len(CHALLENGES) == 12
    assert all(each.title and each.task and each.hint and each.why for each in CHALLENGES.values())


@pytest.mark.parametrize("name", CHALLENGES)
def test_its_solution_solves_a_challenge_and_its_beginning_does_not(name):
    assert checked({"challenge": name, "request": CHALLENGES[name].solution}) == {
        "solved": True,
        "says": "Solved.",
        "error": None,
    }
    begun = checked({"challenge": name, "request": CHALLENGES[name].begin})
    assert not begun["solved"] and begun["says"].endswith(".")


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_says_what_is_missing_of_any_other_state(name):
    solution = CHALLENGES[name].solution
    for other in ("rosenbrock_in_20", "write_adagrad", "one_step", "off_the_saddle"):
        if other != name and solution != CHALLENGES[other].solution:
            found = checked({"challenge": name, "request": CHALLENGES[other].solution})
            assert isinstance(found["says"], str) and found["says"]
    assert not checked({"challenge": name, "request": {**solution, "runs": []}})["solved"]


@pytest.mark.parametrize("part", ["landscape", "start"])
def test_what_a_challenge_set_stays(part):
    solution = CHALLENGES["bowl_in_four"].solution
    other = {**solution, "landscape": {"name": "canyon"}} if part == "landscape" else None
    other = other or {**solution, "runs": [{**solution["runs"][0], "start": [1.0, 0.78]}]}
    found = checked({"challenge": "bowl_in_four", "request": other})
    assert found == {"solved": False, "says": f"Keep the {part} as the challenge set it.", "error": None}


def test_a_mistake_in_the_reader_s_code_is_what_a_challenge_says():
    broken = {"code": "def step(objective, w, state=0.0):\n    return ww, state\n", "name": "mine"}
    found = checked({"challenge": "write_adagrad", "request": request(run(broken))})
    assert not found["solved"] and "ww" in found["says"]


def test_an_unknown_challenge_is_refused():
    with pytest.raises(Exception, match="no challenge 'fly'"):
        checked({"challenge": "fly", "request": request(run("adam"))})


# The state as Python

STEP = "def step(objective, w, state=0.0, *, learning_rate=0.01):\n    return w - learning_rate * objective.gradient(w), state\n"
EDITED = {"code": source_of("adam").replace("return ", "return 1.0 * ", 1), "name": "Adam, edited", "from": "adam"}
SCRIPTS = {
    "two methods": request(run("momentum", learning_rate=0.01), run("adam", learning_rate=0.1, bias_correction=False)),
    "a schedule": request(run("adam", learning_rate={"schedule": "cosine", "arguments": {"first": 0.1, "steps": 30}})),
    "noise": request(run("gradient_descent"), noise={"scale": 0.5, "seed": 3}),
    "a penalty": request(run("proximal_gradient"), penalty={"l1": 0.1, "l2": 0.0}),
    "curvature": request(run("newton", (-1.2, 1.0)), landscape="rosenbrock"),
    "gabor": request(run("gauss_newton", (-5.0, 13.0), 5), landscape="gabor"),
    "the quadratic": request(run("bfgs"), landscape="quadratic"),
    "a quadratic of one's own": request(
        run("momentum"),
        landscape={"name": "quadratic", "arguments": {"eigenvalues": [1.0, 9.0], "angle": 0.3, "centre": [1.0, 0.0]}},
    ),
    "a step of one's own": request(run({"code": STEP, "name": "mine"}, learning_rate=0.02)),
    "two steps of one's own": request(
        run({"code": STEP, "name": "mine"}, learning_rate=0.02), run({"code": STEP.replace("w -", "w - 2 *"), "name": "my other"})
    ),
    "an edited method": request(run("adam"), run(EDITED, learning_rate=0.1)),
    "a landscape of one's own": request(
        run("adam", (1.0, 0.5), learning_rate=0.1),
        landscape={"code": "def L(x, y):\n    return x**2 + math.cos(y) + np.abs(y)\n", "box": [[-2, 2], [-2, 2]]},
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_python_that_is_copied_takes_the_same_steps(name):
    names = {}
    exec(compile(as_python(SCRIPTS[name]), "<copied>", "exec"), names)
    found = answer(SCRIPTS[name])["runs"]
    assert len(names["runs"]) == len(found)
    for path, told in zip(names["runs"].values(), found, strict=True):
        assert told["error"] is None
        assert np.allclose(path.points[: len(told["points"])], told["points"], rtol=1e-12, atol=1e-12)


def test_a_race_of_the_book_s_methods_is_ten_lines():
    assert len(as_python(SCRIPTS["two methods"]).splitlines()) <= 11


def test_scripts_are_answered():
    assert answer({"script": SCRIPTS["noise"]})["text"] == as_python(SCRIPTS["noise"])


def test_a_challenge_is_answered():
    asked = {"challenge": "bowl_in_four", "request": CHALLENGES["bowl_in_four"].solution}
    assert answer(asked) == checked(asked)


def test_noise_is_drawn_once_and_is_numpy_s():
    noise = {"scale": 0.5, "seed": 3}
    [found] = answer(request(run("momentum", learning_rate=0.01), noise=noise))["runs"]
    drawn = 0.5 * np.random.default_rng(3).standard_normal((30, 2))
    from gdcore.minibatches import noisy

    assert found["points"] == descend(momentum, noisy(canyon(), drawn), [-0.5, 2.0], 30, learning_rate=0.01).points.tolist()
