"""The scripts of a page: those that it needs, once."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def tidy_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Leave out scripts that no page needs: doubles, Thebe (which would ask another site), and the
    state of widgets not shown.
    """
    kept: dict[tuple[Any, Any], Any] = {}
    for script in context["script_files"]:
        attributes = getattr(script, "attributes", {})
        name, body, kind = getattr(script, "filename", script), attributes.get("body"), attributes.get("type")
        if "thebe" not in f"{name} {body}".lower() and kind != "application/vnd.jupyter.widget-state+json":
            kept.setdefault((name, body), script)
    context["script_files"] = list(kept.values())


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", tidy_scripts, priority=900)
