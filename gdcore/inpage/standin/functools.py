"""partial, wraps and caches."""


class partial:
    """A function with some arguments given."""

    def __init__(self, func, *args, **keywords):
        if isinstance(func, partial):
            args, keywords, func = func.args + args, {**func.keywords, **keywords}, func.func
        self.func, self.args, self.keywords = func, args, keywords

    def __call__(self, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})


def wraps(wrapped):
    """Give a wrapper the name, the text and the module of what it wraps."""

    def decorate(wrapper):
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            try:
                setattr(wrapper, name, getattr(wrapped, name))
            except (AttributeError, TypeError):
                pass
        wrapper.__wrapped__ = wrapped
        return wrapper

    return decorate


def lru_cache(maxsize=128, typed=False):
    """Remember the last results."""

    def decorate(function):
        results = {}

        def cached(*args):
            try:
                return results[args]
            except KeyError:
                pass
            result = function(*args)
            if len(results) >= maxsize:
                del results[next(iter(results))]
            results[args] = result
            return result

        cached.cache_clear = results.clear
        return wraps(function)(cached)

    return decorate


def cache(function):
    """Remember all results."""
    return lru_cache(maxsize=10**6)(function)


class cached_property:
    """A property that is computed once."""

    def __init__(self, function):
        self.function, self.name = function, function.__name__

    def __get__(self, made, kind=None):
        if made is None:
            return self
        value = made.__dict__[self.name] = self.function(made)
        return value
