"""What others made of what is shipped in the built book: the one table, which the page of licences
and its test read.
"""

from __future__ import annotations

from dataclasses import dataclass

FOUND_IN_THEME = "pydata_sphinx_theme/theme/pydata_sphinx_theme/static"


@dataclass(frozen=True)
class Part:
    """One work: its licence, the files under `_static` that it covers (shell patterns), and where
    version and text are found.

    package     the installed package that brings it, whose version and text it has unless told
    version_in  a file of that package, and a pattern whose first group is the version
    text        a file of `texts`, for a work whose package does not bring the text
    owner       the line of copyright that goes above such a text
    """

    name: str
    licence: str
    covers: tuple[str, ...]
    package: str
    version_in: tuple[str, str] | None = None
    text: str | None = None
    owner: str = ""


PARTS = (
    Part(
        "MathJax",
        "Apache-2.0",
        ("mathjax/*",),
        "sphinx-mathjax-offline",
        ("sphinx-mathjax-offline/static/mathjax/startup.js", r'VERSION="([\d.]+)"'),
        "Apache-2.0.txt",
        "Copyright (c) 2009-2022 The MathJax Consortium. With mhchemParser, copyright (c) 2015-2021 Martin Hensel.",
    ),
    Part(
        "Speech Rule Engine",
        "Apache-2.0",
        ("mathjax/a11y/*", "mathjax/sre/*"),
        "sphinx-mathjax-offline",
        ("sphinx-mathjax-offline/static/mathjax/a11y/sre.js", r'VERSION="([\d.]+)"'),
        "Apache-2.0.txt",
        "Copyright (c) 2014-2022 Volker Sorge",
    ),
    Part(
        "Sphinx",
        "BSD-2-Clause",
        (
            *("basic.css", "doctools.js", "documentation_options.js", "language_data.js", "searchtools.js"),
            *("sphinx_highlight.js", "file.png", "minus.png", "plus.png"),
        ),
        "Sphinx",
    ),
    Part(
        "PyData Sphinx Theme",
        "BSD-3-Clause",
        ("scripts/pydata-sphinx-theme.js*", "styles/pydata-sphinx-theme.css*", "styles/theme.css", "webpack-macros.html"),
        "pydata-sphinx-theme",
    ),
    Part(
        "Sphinx Book Theme",
        "BSD-3-Clause",
        ("scripts/sphinx-book-theme.js*", "styles/sphinx-book-theme.css*", "sbt-webpack-macros.html", "images/*", "locales/*"),
        "sphinx-book-theme",
    ),
    Part(
        "Bootstrap",
        "MIT",
        ("scripts/bootstrap.js*", "styles/pydata-sphinx-theme.css*"),
        "pydata-sphinx-theme",
        (f"{FOUND_IN_THEME}/scripts/bootstrap.js.LICENSE.txt", r"Bootstrap v([\d.]+)"),
        "MIT.txt",
        "Copyright (c) 2011-2024 The Bootstrap Authors. With Popper, copyright (c) 2019 Federico Zivolo, under the same licence.",
    ),
    Part(
        "compare-versions",
        "MIT",
        ("scripts/pydata-sphinx-theme.js*",),
        "pydata-sphinx-theme",
        None,
        "MIT.txt",
        "Copyright (c) 2015-2021 Ole Michelsen",
    ),
    Part(
        "Font Awesome Free, fonts",
        "OFL-1.1",
        ("vendor/fontawesome/webfonts/*",),
        "pydata-sphinx-theme",
        (f"{FOUND_IN_THEME}/scripts/fontawesome.js.LICENSE.txt", r"Font Awesome Free ([\d.]+)"),
        "OFL-1.1.txt",
        'Copyright (c) 2024 Fonticons, Inc. (https://fontawesome.com), with Reserved Font Name: "Font Awesome".',
    ),
    Part(
        "Font Awesome Free, code",
        "MIT",
        ("scripts/fontawesome.js*", "styles/pydata-sphinx-theme.css*"),
        "pydata-sphinx-theme",
        (f"{FOUND_IN_THEME}/scripts/fontawesome.js.LICENSE.txt", r"Font Awesome Free ([\d.]+)"),
        "MIT.txt",
        "Copyright (c) 2024 Fonticons, Inc. (https://fontawesome.com)\n"
        "Its icons are under CC BY 4.0: https://creativecommons.org/licenses/by/4.0/legalcode",
    ),
    Part("sphinx-copybutton", "MIT", ("copybutton*",), "sphinx-copybutton"),
    Part(
        "clipboard.js",
        "MIT",
        ("clipboard.min.js",),
        "sphinx-copybutton",
        ("sphinx_copybutton/_static/clipboard.min.js", r"clipboard\.js v([\d.]+)"),
        "MIT.txt",
        "Copyright (c) Zeno Rocha",
    ),
    Part(
        "Tabler Icons",
        "MIT",
        ("check-solid.svg", "copy-button.svg", "togglebutton.js"),
        "sphinx-copybutton",
        None,
        "MIT.txt",
        "Copyright (c) 2020-2024 Paweł Kuna",
    ),
    Part("sphinx-design", "MIT", ("design-tabs.js", "sphinx-design.min.css"), "sphinx-design"),
    Part("sphinx-togglebutton", "MIT", ("togglebutton.*",), "sphinx-togglebutton"),
    Part("sphinx-thebe", "MIT", ("sphinx-thebe.*", "play-solid.svg"), "sphinx-thebe"),
    Part("sphinx-exercise", "MIT", ("exercise.css",), "sphinx-exercise"),
    Part("sphinx-proof", "MIT", ("proof.css",), "sphinx-proof"),
    Part("MyST-NB", "BSD-3-Clause", ("mystnb.*.css",), "myst-nb"),
    Part("Pygments", "BSD-2-Clause", ("pygments.css",), "Pygments"),
    Part("accessible-pygments", "BSD-3-Clause", ("pygments.css",), "accessible-pygments"),
    Part(
        "Brython",
        "BSD-3-Clause",
        ("inpage/engine.js",),
        "brython",
        ("brython/__init__.py", r"__version__ = .([\d.]+)"),
        "BSD-3-Clause.txt",
        "Copyright (c) 2012-2026, Pierre Quentel. All rights reserved.",
    ),
)
