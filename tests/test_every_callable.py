"""Every public callable of gdcore takes what readers pass, or refuses it by name.

For each there is one right call in tests/examples.py. Its arguments are passed once more as readers
would write them (lists, whole numbers, NumPy scalars, other precisions): the result must be the same.
Then each argument in turn is replaced by something that is out of place: the call answers, or it
raises a ValueError or TypeError that names the argument. A new function is covered the day it is
exported: without an example the first test fails.
"""

import copy
import importlib
import inspect
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.figure import Figure

from gdcore.objectives import Objective
from tests import examples
from tests.network_examples import of_networks

ROOMS = [
    "comparison",
    "conventions",
    "curvature",
    "descent",
    "differences",
    "line_searches",
    "methods",
    "minibatches",
    "objectives",
]
ROOMS += ["data", "networks", "pictures", "results", "schedules", "tables", "words"]

# What a reader never calls with arguments of their own, with the reason.
NOT_CALLED = {
    "data.Images": "load_images makes it",
    "data.Labels": "a type",
    "data.Language": "load_language makes it",
    "data.download": "downloads; tests/test_data_downloads.py",
    "data.load_images": "reads files; tests/test_data_images.py",
    "networks.LanguageRun": "train_language makes it",
    "results.write": "writes files; tests/test_results.py",
    "descent.Path": "descend makes it",
    "descent.Method": "the type of a method",
    "differences.GradientCheck": "check_gradient makes it",
    "minibatches.Rows": "a type",
    "objectives.Array": "a type",
    "tables.Table": "table makes it",
}

EXAMPLES = examples.core() | of_networks() | examples.of_pictures(Figure().add_subplot())

few = settings(derandomize=True, deadline=None, max_examples=25, database=None)


def public(room):
    """The names of a room: its `__all__`, or the functions and classes that it defines without an underscore."""
    module = importlib.import_module(f"gdcore.{room}")
    if hasattr(module, "__all__"):
        return {name for name in module.__all__ if callable(getattr(module, name))}
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == module.__name__
    }


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_callable_has_an_example(room):
    without = {f"{room}.{name}" for name in public(room)} - set(EXAMPLES) - set(NOT_CALLED)
    assert not without, f"give one right call of {', '.join(sorted(without))} in tests/examples.py"


def test_the_list_of_what_is_not_called_is_short_and_true():
    assert len(NOT_CALLED) <= 13
    assert {name for name in NOT_CALLED if name in EXAMPLES} == set()


def call(function, arguments):
    """Call with an example's arguments; those of a *parameter come as a tuple."""
    several = next((p.name for p in parameters(function) if p.kind is inspect.Parameter.VAR_POSITIONAL), None)
    names = [p.name for p in parameters(function)]
    rest = dict(arguments)
    first = []
    if several is not None and several in rest:
        first = [rest.pop(name) for name in names[: names.index(several)] if name in rest]
        extra = rest.pop(several)
        first += list(extra) if isinstance(extra, tuple) else [extra]
    elif names and names[0] in ("w", "t") and names[0] in rest and several is None:
        first = [rest.pop(name) for name in names if name in rest and name in ("w", "t")]
        first += [rest.pop("v")] if "v" in rest and function.__name__ != "hessian_vector_product" else []
    elif several == "vectors":
        first = [rest.pop(name) for name in ("w", "v") if name in rest]
    return function(*first, **rest)


def parameters(function):
    return list(inspect.signature(function).parameters.values())


def as_readers_write(value):
    """Ways to write the same numbers: whole numbers, lists, tuples, arrays, NumPy scalars."""
    if isinstance(value, bool):
        return [np.bool_(value)]
    if isinstance(value, int):
        return [np.int64(value), np.int8(value), np.array(value)]
    if isinstance(value, float):
        whole = [int(value), np.int32(value)] if value.is_integer() else []
        exact = [np.float32(value)] if float(np.float32(value)) == value else []
        return [np.float64(value), np.array(value), *exact, *whole]
    if isinstance(value, list):
        array = np.array(value)
        if array.dtype.kind == "U":
            return [tuple(value)]
        whole = [array.astype(int), array.astype(int).tolist()] if (array == array.astype(int)).all() else []
        return [array, tuple(map(tuple, value)) if array.ndim == 2 else tuple(value), np.asfortranarray(array), *whole]
    return []


def flat(result):
    """A result as comparable arrays: an objective by its value and gradient, a tuple by its parts."""
    if isinstance(result, Objective):
        point = np.linspace(0.5, 1.5, result.dimension or 2)
        return [np.asarray(result.value(point)), np.asarray(result.gradient(point))]
    if hasattr(result, "points"):
        return [result.points]
    if hasattr(result, "deviation"):
        return [result.mean, result.deviation]
    if isinstance(result, dict):
        return flat(tuple(result.values()))
    if isinstance(result, (tuple, list)):
        return [part for each in result for part in flat(each)]
    if callable(result) and not isinstance(result, type):
        return [np.asarray(result(1)), np.asarray(result(3))] if not hasattr(result, "prox") else flat((result.l1, result.l2))
    if hasattr(result, "verdict"):
        return [np.array(result.error)]
    return [np.asarray(result)] if isinstance(result, (int, float, str, np.ndarray, np.generic)) else []


@pytest.mark.parametrize("name", EXAMPLES)
def test_readers_ways_to_write_a_number_give_the_same(name):
    function, arguments = EXAMPLES[name]
    with np.errstate(all="ignore"):
        expected = flat(call(function, arguments))
        for argument, value in arguments.items():
            for same in as_readers_write(value):
                got = flat(call(function, arguments | {argument: same}))
                for one, other in zip(got, expected, strict=True):
                    if one.dtype.kind == "U":
                        assert one == other, f"{argument}={same!r}"
                    if one.dtype.kind in "fiub":
                        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=f"{argument}={same!r}")


@pytest.mark.parametrize("name", EXAMPLES)
def test_arguments_are_left_as_they_are(name):
    function, arguments = EXAMPLES[name]
    arrays_given = {key: np.array(value) for key, value in arguments.items() if isinstance(value, list)}
    given_arrays = arguments | {key: array for key, array in arrays_given.items() if array.dtype.kind != "U"}  # texts stay lists
    before = {key: value.copy() for key, value in given_arrays.items() if isinstance(value, np.ndarray)}
    with np.errstate(all="ignore"):
        result = call(function, given_arrays)
        expected = [part.copy() for part in flat(result)]
        for key, value in before.items():
            np.testing.assert_array_equal(given_arrays[key], value)
        for key in before:
            given_arrays[key][...] = 0  # a reader goes on with the same array
        for one, other in zip(flat(result), expected, strict=True):
            np.testing.assert_array_equal(one, other)


class Strange:
    """Something that has no repr."""

    def __repr__(self):
        raise RuntimeError("no repr")


out_of_place = st.one_of(
    st.sampled_from([None, "fast", "", b"x", 1j, True, 10**400, -1, 0, 2.5, float("nan"), float("inf"), -float("inf")]),
    st.sampled_from([[], [[1.0], [2.0, 3.0]], [None], ["a", "b"], {}, {"a": 1}, (), range(3)]),
    st.builds(Strange),
    st.just(lambda *arguments: None),
    st.sampled_from([np.array([]), np.array("a"), np.array([1j, 2]), np.array([True, False]), np.float16(0.1), np.zeros((2, 0))]),
    arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=st.floats(allow_nan=True, allow_infinity=True)),
    st.lists(st.floats(), max_size=4),
    st.text(max_size=4),
    st.floats(),
    st.integers(-(2**70), 20),
)


@pytest.mark.parametrize("name", [name for name, (_, arguments) in EXAMPLES.items() if arguments])
@few
@given(data=st.data())
def test_what_is_out_of_place_is_answered_or_refused_by_name(name, data):
    function, arguments = EXAMPLES[name]
    argument = data.draw(st.sampled_from(sorted(arguments)))
    value = data.draw(out_of_place)
    try:
        with np.errstate(all="ignore"):
            call(function, arguments | {argument: value})
    except (ValueError, TypeError) as error:
        names = {argument, *argument.split("_"), "parts" if argument == "parts" else argument}
        assert any(re.search(rf"\b{re.escape(each)}\b", str(error)) for each in names), f"{argument}={value!r}: {error}"
        assert len(str(error)) < 800  # the names of all results take 600


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith("objectives.") and "." not in name[11:]])
def test_objectives_can_be_pickled_and_copied(name):
    function, arguments = EXAMPLES[name]
    made = call(function, arguments)
    again = pickle.loads(pickle.dumps(made))
    for one, other in zip(flat(again), flat(made), strict=True):
        np.testing.assert_array_equal(one, other)
    copy.deepcopy(made)
