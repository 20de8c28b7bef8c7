"""Docstrings: each public function shows an example, and the examples print what they say."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import gdcore

MODULES = [module.name for module in pkgutil.walk_packages(gdcore.__path__, "gdcore.")]
ROOMS = [
    "gdcore.comparison",
    "gdcore.conventions",
    "gdcore.curvature",
    "gdcore.data",
    "gdcore.explore",
    "gdcore.methods",
    "gdcore.networks",
]
ROOMS += ["gdcore.objectives", "gdcore.descent", "gdcore.differences", "gdcore.line_searches", "gdcore.minibatches"]
ROOMS += ["gdcore.pictures", "gdcore.results", "gdcore.schedules", "gdcore.tables", "gdcore.words"]

# Downloads or needs files of a reader's; said in the docstring instead.
WITHOUT = {"download", "load_images"}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_print_what_they_say(name):
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder().find(module, name, extraglobs={"np": np}):
        runner.run(test)
    assert runner.failures == 0, f"run python -m doctest on {module.__file__}"


def public(name):
    """The functions that a room defines or exports, without an underscore."""
    module = importlib.import_module(name)
    names = getattr(module, "__all__", None) or [
        each for each, value in vars(module).items() if not each.startswith("_") and getattr(value, "__module__", "") == name
    ]
    return [getattr(module, each) for each in names if inspect.isfunction(getattr(module, each))]


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_function_shows_an_example(room):
    without = [f.__name__ for f in public(room) if ">>>" not in inspect.getdoc(inspect.unwrap(f)) and f.__name__ not in WITHOUT]
    assert not without, f"show an example (>>>) in the docstring of {', '.join(without)}"
