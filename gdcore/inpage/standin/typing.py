"""What annotations mean: Annotated, Literal, NamedTuple, and the hints of a function."""

Any = object
TYPE_CHECKING = False


class _Form:
    """A type of types with what stands in its brackets."""

    def __init__(self, origin, args):
        self.origin, self.args = origin, args

    def __or__(self, other):
        return _Form(None, (self, other))

    __ror__ = __or__


class Annotated:
    """A type with notes."""

    def __class_getitem__(cls, parts):
        return _Form(cls, parts)


class Literal:
    """One of some values."""

    def __class_getitem__(cls, values):
        return _Form(cls, values if isinstance(values, tuple) else (values,))


class Protocol:
    """A kind of thing."""


def get_origin(kind):
    """What stands before the brackets; None without any."""
    return kind.origin if isinstance(kind, _Form) else None


def get_args(kind):
    """What stands in the brackets."""
    return kind.args if isinstance(kind, _Form) else ()


def get_type_hints(function, include_extras=False):
    """The annotations of a function, evaluated where it was defined."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    names = getattr(function, "__globals__", {})
    hints = getattr(function, "__annotations__", {})
    return {name: eval(hint, names) if isinstance(hint, str) else hint for name, hint in hints.items()}


class _NamedTupleType(type):
    """Makes tuples with names for their places of classes with annotations."""

    def __new__(meta, name, bases, body):
        if not bases:
            return type.__new__(meta, name, bases, body)
        made = type.__new__(type, name, (tuple,), {key: value for key, value in body.items()})
        fields = tuple(made.__annotations__)
        defaults = [body[each] for each in fields if each in body]
        for place, each in enumerate(fields):
            setattr(made, each, _part(place))
        made._fields = fields
        made.__new__ = _maker(fields, defaults)
        made.__repr__ = _shown
        made._replace = _replaced
        return made


def _part(place):
    return property(lambda self: self[place])


def _maker(fields, defaults):
    names = [
        each if place < len(fields) - len(defaults) else f"{each}=_d[{place - len(fields) + len(defaults)}]"
        for place, each in enumerate(fields)
    ]
    space = {"_d": defaults, "_new": tuple.__new__}
    exec(f"def __new__(cls, {', '.join(names)}):\n    return _new(cls, ({', '.join(fields)},))", space)
    return space["__new__"]


def _shown(self):
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, self))})"


def _replaced(self, **changes):
    return type(self)(*(changes.get(name, value) for name, value in zip(self._fields, self)))


class NamedTuple(metaclass=_NamedTupleType):
    """A tuple whose places have names."""
