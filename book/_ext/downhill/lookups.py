"""What Sphinx and BibTeX look up again for each reference of a page, looked up once: the pages that
numbered references lead to, and the plugin that writes names.

Of the twelve seconds that writing ten pages took, these were seven.
"""

from __future__ import annotations

import functools
from typing import Any

import pybtex.plugin
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment

_resolve = StandardDomain._resolve_numref_xref


class _ReadOnce:
    """The environment as a numbered reference asks for it: it looks at pages and changes none."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env
        self.get_doctree = functools.cache(env.get_doctree)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)


def _remember_pages(app: Sphinx) -> None:
    """Now that all pages are read, read each once for all numbers that lead to it."""
    once: Any = _ReadOnce(app.env)

    def resolved(self: StandardDomain, env: BuildEnvironment, *reference: Any) -> nodes.Element | None:
        return _resolve(self, once, *reference)

    domain: Any = StandardDomain
    domain._resolve_numref_xref = resolved


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("env-check-consistency", lambda app, env: _remember_pages(app))
    pybtex.plugin._load_entry_point = functools.cache(pybtex.plugin._load_entry_point)
