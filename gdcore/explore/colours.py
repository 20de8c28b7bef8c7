"""The colours and the type of pictures as styles: each colour of `gdcore.pictures` is a variable
that follows the theme of the page or of JupyterLab.
"""

from __future__ import annotations

from gdcore.pictures.palette import PALETTE

DARK = 'html[data-theme="dark"], [data-jp-theme-light="false"]'
THEMED = "html[data-theme], [data-jp-theme-light]"

# A text's own size, in points, times what the layout asks for; a rim in the page's colour keeps it
# apart from the lines below it.
_TYPE = """\
.explore svg text {
  font-size: calc(var(--size) * var(--explore-type, 1) * 1px); font-family: var(--explore-font, system-ui, sans-serif);
  paint-order: stroke; stroke: var(--explore-paper, #fff); stroke-width: 2.5px; stroke-linejoin: round;
}
"""


def colours() -> str:
    """The variables for light paper, for dark, and for print, which is on light paper always; then
    the type of pictures.

    >>> ":root { --explore-blue: #0072b2;" in colours()
    True
    """
    light = " ".join(f"--explore-{colour.name}: {colour.light};" for colour in PALETTE)
    dark = " ".join(f"--explore-{colour.name}: {colour.dark};" for colour in PALETTE)
    return f":root {{ {light} }}\n{DARK} {{ {dark} }}\n@media print {{ {THEMED} {{ {light} }} }}\n{_TYPE}"
