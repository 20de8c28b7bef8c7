"""What leads from a page to the public repository that this copy was cloned from; a fork's pages
lead to the fork.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sphinx.application import Sphinx
from sphinx.config import Config

FORM = "something-is-wrong.yml"  # in .github/ISSUE_TEMPLATE; its fields are filled in from the address
BINDER = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}


def public_repository(folder: Path) -> str | None:
    """The address of the public repository that `folder` was cloned from, None where there is none.

    >>> import tempfile
    >>> print(public_repository(Path(tempfile.mkdtemp())))
    None
    """
    address = _git(folder, "config", "--get", "remote.origin.url")
    found = re.fullmatch(r"(?:https://|git@)(github\.com|gitlab\.com)[/:](.+?)(?:\.git)?/?", address)
    return f"https://{found[1]}/{found[2]}" if found else None


def report_address(repository: str, page: str) -> str:
    """Where a reader says what is wrong on a page.

    >>> report_address("https://github.com/someone/downhill", "book/sgd")
    'https://github.com/someone/downhill/issues/new?template=something-is-wrong.yml&title=book%2Fsgd%3A+&page=book%2Fsgd'
    """
    if "//gitlab.com/" in repository:
        return f"{repository}/-/issues/new?{urlencode({'issue[title]': f'{page}: '})}"
    return f"{repository}/issues/new?{urlencode({'template': FORM, 'title': f'{page}: ', 'page': page})}"


@cache
def _git(folder: Path, *arguments: str) -> str:
    """What git says of a folder; nothing where there is no git or no answer."""
    if shutil.which("git") is None:
        return ""
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True).stdout.strip()


def offer_repository(app: Sphinx, config: Config) -> None:
    """Point the Binder button and the repository's at it, and let every page's foot say what is
    ours to say.
    """
    config.templates_path = [*config.templates_path, str(Path(__file__).with_name("templates"))]
    footer = "author.html, copyright.html, last-updated.html, extra-footer.html, downhill-footer.html"
    options: dict[str, Any] = config.html_theme_options
    options["footer_content_items"] = footer.split(", ")
    repository = public_repository(Path(app.srcdir))
    if repository:
        options.update(
            repository_url=repository,
            repository_branch=_git(Path(app.srcdir), "symbolic-ref", "--short", "HEAD") or "main",
            use_repository_button=True,
            launch_buttons=BINDER,
        )


def offer_report(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Give each page the address of the form that names it."""
    repository = public_repository(Path(app.srcdir))
    context["downhill_report"] = report_address(repository, pagename) if repository else None


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("config-inited", offer_repository)
    app.connect("html-page-context", offer_report)
