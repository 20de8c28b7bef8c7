"""A dictionary that is not meant to be changed."""

MappingProxyType = dict
