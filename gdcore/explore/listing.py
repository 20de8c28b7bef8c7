"""What a caption lists below itself: lines of code or of constants, each with a name, to copy.

A caption's first line is what the figure says. Each further line is an entry: a name, a text to
copy, and, if need be, a remark, with tabs between.
"""

from __future__ import annotations

from html import escape


def said(caption: str) -> str:
    r"""What a caption says: its first line.

    >>> said("Two lines.\nPyTorch\tSGD()")
    'Two lines.'
    """
    return caption.partition("\n")[0]


def listed(caption: str) -> list[list[str]]:
    r"""The entries that follow: name, text to copy and remark, the last often empty.

    >>> listed("Two lines.\nPyTorch\tSGD()\nKeras\tSGD()\tnearly")
    [['PyTorch', 'SGD()', ''], ['Keras', 'SGD()', 'nearly']]
    """
    return [[*line.split("\t"), ""][:3] for line in caption.split("\n")[1:]]


def listing(caption: str) -> str:
    """The entries as HTML; nothing where there are none. listing.js writes the same."""
    entries = "".join(
        f"<div><dt>{escape(name)}</dt><dd><code>{escape(text)}</code>{remark and f'<span>{escape(remark)}</span>'}</dd></div>"
        for name, text, remark in listed(caption)
    )
    return f'<dl class="explore-listing">{entries}</dl>' if entries else ""
