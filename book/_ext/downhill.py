"""What the book's build needs beyond Jupyter Book: explorables that work without a kernel, warnings as errors, fresh figures."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from kernel_warnings import KERNEL_WARNINGS
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[2]


def mark_page(app: Sphinx) -> None:
    """Tell gdcore.explore, in the kernels that this build starts, which kind of page is being built."""
    os.environ["GDCORE_EXPLORE"] = "page" if app.builder.format == "html" else "image"


def find_outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Execute every notebook anew when gdcore or an experiment's result has changed: Sphinx looks at the notebooks alone."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "gdcore").rglob("*"), *(ROOT / "experiments" / "results").glob("*.json")]):
        if path.suffix in {".py", ".js", ".css", ".json"}:
            digest.update(path.read_bytes())
    before, env.gdcore_digest = getattr(env, "gdcore_digest", None), digest.hexdigest()
    if before == env.gdcore_digest:
        return []
    return [name for name in env.found_docs if str(env.doc2path(name)).endswith(".ipynb")]


def offer_binder(app: Sphinx, config: Config) -> None:
    """Point the Binder button at the public repository that this copy was cloned from; a fork's pages lead to the fork."""
    found = re.fullmatch(
        r"(?:https://|git@)(github\.com|gitlab\.com)[/:](.+?)(?:\.git)?/?", _git("config", "--get", "remote.origin.url")
    )
    if found:
        config.html_theme_options |= {
            "repository_url": f"https://{found[1]}/{found[2]}",
            "repository_branch": _git("symbolic-ref", "--short", "HEAD") or "main",
            "use_repository_button": True,
            "launch_buttons": {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"},
        }


def _git(*arguments: str) -> str:
    """What git says of this copy; nothing where there is no git or no answer."""
    if shutil.which("git") is None:
        return ""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def tidy_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Leave out scripts that no page needs: doubles, Thebe (which would ask another site), and the state of widgets not shown."""
    kept: dict[tuple[Any, Any], Any] = {}
    for script in context["script_files"]:
        attributes = getattr(script, "attributes", {})
        name, body, kind = getattr(script, "filename", script), attributes.get("body"), attributes.get("type")
        if "thebe" not in f"{name} {body}".lower() and kind != "application/vnd.jupyter.widget-state+json":
            kept.setdefault((name, body), script)
    context["script_files"] = list(kept.values())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    os.environ["GDCORE_EXPLORE"] = "page"
    os.environ["PYTHONWARNINGS"] = KERNEL_WARNINGS
    app.connect("builder-inited", mark_page)
    app.connect("env-get-outdated", find_outdated)
    app.connect("config-inited", offer_binder)
    app.connect("html-page-context", tidy_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
