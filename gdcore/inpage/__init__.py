"""The page runs gdcore: the same answers in Python and in a built page that has neither kernel nor
network.

`answer` takes a request of plain dictionaries and lists, runs gdcore's methods or a reader's own,
and says what happened. The kernel's widgets and the tests call it in CPython. A built page calls
the same file in Brython, a Python in JavaScript, where small modules of `standin` take the place of
NumPy and of what else gdcore imports.
"""
