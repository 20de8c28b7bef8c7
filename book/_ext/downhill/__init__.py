"""What the book's build needs beyond Jupyter Book, one idea a module.

execution   explorables that work without a kernel, warnings as errors, fresh figures
parallel    pages read by several processes, with the same result as by one
outcome     only a good build replaces the book, and one that failed fails again until it is mended
alone       two builds at once take turns
licences    what is shipped in the book, by whom it is, and under which licence
repository  Binder, and "Something is wrong here", where there is a public repository
scripts     the scripts that a page needs, once
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

# Warnings are errors in the kernels, but for one that the kernel gives about itself while it shuts down.
KERNEL_WARNINGS = "error,ignore::PendingDeprecationWarning:ipykernel.kernelbase"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    from downhill import execution, licences, outcome, parallel, repository, scripts  # readers of the name above need none

    outcome.setup(app)
    execution.setup(app, KERNEL_WARNINGS)
    for module in (parallel, repository, scripts, licences):
        module.setup(app)
    app.add_config_value("downhill_static", _fingerprint(Path(app.srcdir)), "html")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _fingerprint(folder: Path) -> str:
    """A change of the book's own style or scripts writes every page anew: Sphinx asks after the pages alone."""
    import hashlib

    digest = hashlib.sha256()
    for path in sorted(path for path in folder.glob("_static/**/*") if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
