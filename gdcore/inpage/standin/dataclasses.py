"""Dataclasses: fields from annotations, defaults, frozen ones, `replace`."""

MISSING = object()


class FrozenInstanceError(AttributeError):
    """A field of a frozen dataclass is set."""


class Field:
    """What `field` says of one."""

    def __init__(self, default, default_factory, init):
        self.default, self.default_factory, self.init = default, default_factory, init


def field(*, default=MISSING, default_factory=MISSING, init=True):
    """A field whose default is made anew for each object, or that __init__ does not take."""
    return Field(default, default_factory, init)


def dataclass(cls=None, *, frozen=False, init=True, repr=True, eq=True, slots=False):
    """A class whose __init__ takes its annotated fields."""

    def decorate(cls):
        fields = dict(getattr(cls, "__dataclass_fields__", {}))
        for name in cls.__dict__.get("__annotations__") or getattr(cls, "__annotations__", {}):
            default = cls.__dict__.get(name, MISSING)
            fields[name] = default if isinstance(default, Field) else Field(default, MISSING, True)
            if isinstance(default, Field) and default.default is MISSING:
                delattr(cls, name)
        cls.__dataclass_fields__ = fields
        if init:
            cls.__init__ = _initializer(fields, hasattr(cls, "__post_init__"))
        if frozen:
            cls.__setattr__ = _refused
        if repr:
            cls.__repr__ = _shown
        return cls

    return decorate if cls is None else decorate(cls)


def _initializer(fields, after):
    taken = [name for name, each in fields.items() if each.init]

    def __init__(self, *values, **named):
        if len(values) > len(taken):
            raise TypeError(f"__init__() takes {len(taken) + 1} positional arguments but {len(values) + 1} were given")
        given = dict(zip(taken, values), **named)
        for name in given:
            if name not in taken:
                raise TypeError(f"__init__() got an unexpected keyword argument '{name}'")
        for name, each in fields.items():
            if name in given:
                value = given[name]
            elif each.default_factory is not MISSING:
                value = each.default_factory()
            elif each.default is not MISSING:
                value = each.default
            elif each.init:
                raise TypeError(f"__init__() missing 1 required positional argument: '{name}'")
            else:
                continue
            object.__setattr__(self, name, value)
        if after:
            self.__post_init__()

    return __init__


def _refused(self, name, value):
    raise FrozenInstanceError(f"cannot assign to field '{name}'")


def _shown(self):
    return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__dataclass_fields__)})"


def replace(made, **changes):
    """Another one of the same kind with some fields changed."""
    kept = {name: getattr(made, name) for name, each in made.__dataclass_fields__.items() if each.init}
    return type(made)(**{**kept, **changes})
