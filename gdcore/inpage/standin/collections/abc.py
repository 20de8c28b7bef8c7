"""Kinds of things, as annotations and a few isinstance checks use them."""


class _Kind:
    def __class_getitem__(cls, kinds):
        return cls


class Callable(_Kind):
    """What can be called."""


class Iterable(_Kind):
    """What can be gone through."""


Mapping = dict
Sequence = list
