"""Signatures of functions."""

from functools import partial


class _Empty:
    """No default."""


class Parameter:
    """One parameter."""

    empty = _Empty
    POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)

    def __init__(self, name, kind, default=_Empty):
        self.name, self.kind, self.default = name, kind, default


class Signature:
    """The parameters of a function, by name."""

    def __init__(self, parameters):
        self.parameters = parameters


def unwrap(function):
    """What a wrapper wraps."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def signature(function):
    """The signature of a function, of a partial or of an object that can be called."""
    if isinstance(function, partial):
        return _of_partial(function)
    function = unwrap(function)
    if not hasattr(function, "__code__"):
        function = getattr(function, "__call__", None)
        function = getattr(function, "__func__", function)
        if not hasattr(function, "__code__"):
            raise ValueError(f"no signature found for {function!r}")
        return Signature({name: each for name, each in _parameters(function).items() if name != "self"})
    return Signature(_parameters(function))


def _parameters(function):
    code = function.__code__
    names, count, only = code.co_varnames, code.co_argcount, code.co_kwonlyargcount
    defaults, named = function.__defaults__ or (), function.__kwdefaults__ or {}
    found = {}
    for place, name in enumerate(names[:count]):
        given = place - count + len(defaults)
        found[name] = Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, defaults[given] if given >= 0 else _Empty)
    for name in names[count : count + only]:
        found[name] = Parameter(name, Parameter.KEYWORD_ONLY, named[name] if name in named else _Empty)
    return found


def _of_partial(function):
    found, given = {}, len(function.args)
    for place, (name, each) in enumerate(signature(function.func).parameters.items()):
        if place >= given:
            default = function.keywords.get(name, each.default)
            kind = Parameter.KEYWORD_ONLY if name in function.keywords else each.kind
            found[name] = Parameter(name, kind, default)
    return Signature(found)
