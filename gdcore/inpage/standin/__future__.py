"""Annotations stay unread, as gdcore's modules ask for."""


class _Feature:
    compiler_flag = 0x1000000


annotations = _Feature()
