"""What a build comes to: only one without a warning replaces the book, and one that failed fails
again until it is mended.

Sphinx writes into `html.next`, beside the book. A build that neither warned nor failed brings
`html` to the same state. The pages that a build reads stay on a list until it is known to be good,
so that the next build reads again what this one left unsettled: the pages that warned, or all that
it was at when it was stopped. A build that warned outside of any page leaves nothing to go on, and
the next one begins afresh.
"""

from __future__ import annotations

import filecmp
import json
import logging as standard
import os
import shutil
from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.logging import WarningStreamHandler

from downhill.alone import BuildLock

logger = logging.getLogger(__name__)

ELSEWHERE = ""  # the place of a warning that lies in no page


class Outcome:
    """The folder that this build may replace, the one that it writes, and the places where it
    warned.
    """

    def __init__(self, app: Sphinx) -> None:
        self.book = Path(app.outdir)
        self.places: set[str] = set()
        self.unsettled = Path(app.doctreedir) / "unsettled.json"
        self.lock = BuildLock(self.book.parent / ".lock")

    @property
    def next(self) -> Path:
        """Where Sphinx writes."""
        return self.book.with_name(f"{self.book.name}.next")

    def note(self, record: standard.LogRecord) -> bool:
        """Keep the place of a warning that Sphinx counts: the last filter that a warning passes."""
        self.places.add(str(getattr(record, "location", None) or ELSEWHERE))
        return True

    def begin(self, app: Sphinx) -> None:
        """Turn the HTML builder to the folder beside the book."""
        if app.builder.name != "html":
            return
        self.next.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.next / "reports", ignore_errors=True)  # the tracebacks of an earlier build
        app.outdir = app.builder.outdir = type(app.outdir)(self.next)

    def left_over(self, app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
        """The pages that the last build left unsettled; the files of pages that are gone are
        removed.
        """
        for name in removed:
            for file in (Path(app.outdir) / f"{name}.html", *(Path(app.outdir) / "_sources").glob(f"{name}.*")):
                file.unlink(missing_ok=True)
        return json.loads(self.unsettled.read_text("utf-8")) if self.unsettled.exists() else []

    def reading(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Note the pages that this build is at, before it reads the first of them."""
        if docnames:
            self.unsettled.write_text(json.dumps(sorted(docnames)), "utf-8")

    def finish(self, app: Sphinx, error: Exception | None) -> None:
        """Replace the book, or say why not and keep what the next build has to read again."""
        if app.builder.name == "html":
            app.outdir = app.builder.outdir = type(app.outdir)(self.book)
        if error is None and not app._warncount:
            if app.builder.name == "html":
                publish(self.next, self.book)
            self.unsettled.unlink(missing_ok=True)
        else:
            app.statuscode = 1
            self._keep(app, error)
        self.lock.release()

    def _keep(self, app: Sphinx, error: Exception | None) -> None:
        """Write down the pages that warned. After an error Sphinx itself begins afresh, and the
        list stays as it is.
        """
        pages = {page_of(app, place) for place in self.places}
        if error is None and None not in pages:
            self.unsettled.write_text(json.dumps(sorted(page for page in pages if page)), "utf-8")
            again = f"the next build reads again: {', '.join(sorted(page for page in pages if page))}"
        else:
            (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
            again = "the next build reads every page again"
        if self.book.is_dir() and not any(self.book.iterdir()):
            self.book.rmdir()  # Sphinx makes it before it reads a page
        kept = f"the last good book stays in {self.book}" if self.book.exists() else "there is no book yet"
        logger.info(f"The build failed, {kept}; {again}.")


def page_of(app: Sphinx, place: str) -> str | None:
    """The page in whose file a place lies: its path, or its path, a colon and a line."""
    for name in app.env.found_docs:
        path = str(app.env.doc2path(name))
        if place == path or place.startswith(f"{path}:"):
            return name
    return None


def publish(source: Path, target: Path) -> None:
    """Bring `target` to the state of `source`, file by file: no moment without a book, and no half
    page.

    What may fail for want of room, copying, comes first; the copies then replace the old files.
    Folders are not renamed, because a web server may stand in one.
    """
    waiting = target.with_name(f"{target.name}.new")
    shutil.rmtree(waiting, ignore_errors=True)
    files = [file.relative_to(source) for file in sorted(source.rglob("*")) if file.is_file()]
    changed = [file for file in files if not (target / file).is_file() or not filecmp.cmp(source / file, target / file)]
    for file in changed:
        (waiting / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / file, waiting / file)
    for file in changed:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        os.replace(waiting / file, target / file)
    shutil.rmtree(waiting, ignore_errors=True)
    remove_others(target, set(files))


def remove_others(folder: Path, files: set[Path]) -> None:
    """Remove what the new book has not."""
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder comes before the folder
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path.relative_to(folder) not in files:
            path.unlink()


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    outcome = Outcome(app)
    outcome.lock.acquire()
    for handler in standard.getLogger(logging.NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(outcome.note)
    app.connect("builder-inited", outcome.begin, priority=1)
    app.connect("env-get-outdated", outcome.left_over)
    app.connect("env-before-read-docs", outcome.reading)
    app.connect("build-finished", outcome.finish, priority=2000)
