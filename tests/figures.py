"""Small figures of gdcore.explore and a page of their own, for browser tests that need no book."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import ipywidgets
import numpy as np

from gdcore import pictures, words
from gdcore.descent import descend
from gdcore.explore import Handle, Walk, explore
from gdcore.explore import page as pages
from gdcore.methods import gradient_descent, momentum
from gdcore.objectives import canyon


def frame(ax):
    ax.set(xlim=(0, 1), ylim=(-1, 1))
    ax.plot([0, 1], [0, 0])


@explore(
    height=ipywidgets.FloatSlider(min=-0.9, max=0.9, step=0.3, value=0.3, description="height (m)"),
    count=ipywidgets.Dropdown(options=["none", "one, alone", "two"], value="one, alone", description="points"),
    shape=ipywidgets.ToggleButtons(options=["round", "square"], value="round", description="shape"),
    bold=ipywidgets.Checkbox(value=False, description="bold"),
    layers=[frame],
    alt="A line at a height, with points on it.",
)
def line(ax, height, count, shape, bold):
    """One figure with a control of each kind."""
    points = ["none", "one, alone", "two"].index(count)
    ax.plot([0, 1], [height, height], lw=4 if bold else 1)
    ax.plot([0.3, 0.6][:points], [height] * points, "o" if shape == "round" else "s")
    return f"{count} at {height:.1f}, {shape}{', bold' if bold else ''}"


@explore(η=ipywidgets.FloatSlider(min=0, max=1, step=0.1, value=0.5, description="rate η"), layers=[frame], alt="A slope.")
def größe(ax, η):
    """A figure and a control whose names are not ASCII, as Python allows them."""
    ax.plot([0, 1], [0, η])
    return f"the slope is {η:.1f}"


def ground(axes):
    """A map of two parameters, and the axes of a loss curve beside it."""
    pictures.contours(axes[0], canyon())
    axes[1].set(xlim=(0, STEPS), ylim=(1e-6, 1e3), yscale="log", xlabel="step t", title="loss above the minimum")


STEPS = 20
STARTS = [-0.5, 0.0, 0.5, 1.0, 1.5, 2.0]


@explore(
    rate=ipywidgets.FloatSlider(min=0.005, max=0.03, step=0.005, value=0.01, description="rate η"),
    x=ipywidgets.SelectionSlider(options=[(f"{x:g}", x) for x in STARTS], value=-0.5, description="start w₁"),
    y=ipywidgets.FloatSlider(min=-1.5, max=2.5, step=0.5, value=2.0, description="start w₂"),
    layers=[ground],
    beside=(3.2, 2.1),
    handle=Handle(x="x", y="y", hint="drag the start"),
    play=STEPS,
    alt="A walker and a ball in a canyon.",
)
def race(axes, rate, x, y):
    """A figure with walks, their curve, and a handle."""
    runs = [descend(method, canyon(), [x, y], STEPS, learning_rate=rate) for method in (gradient_descent, momentum)]
    curves = [run.values - canyon().value(canyon().minima[0]) for run in runs]
    walks = [
        Walk(run.method, run.points, np.column_stack([run.steps, curve]), values=curve)
        for run, curve in zip(runs, curves, strict=True)
    ]
    return f"After {STEPS} steps the walker is {words.significant(float(curves[0][-1]))} above the minimum.", walks


FIGURES = (line, größe, race)


@functools.cache
def drawn() -> tuple[str, ...]:
    """The figures' HTML, drawn once."""
    pages.begin_page()
    return tuple(pages.html_of(figure.explorable) for figure in FIGURES)


def write_page(file: Path, head: str = "", attributes: str = "", body: str = "") -> Path:
    """A page with these figures, each above more text than a screen holds, and a section of its own."""
    text = "<p style='height: 120vh'>Text.</p>"
    figures = text.join(["<h1>Figures</h1><a href='#section'>section</a>", *drawn(), "<h2 id='section'>Section</h2>", ""])
    look = "<style>body { max-width: 50rem; margin: auto; padding: 0 1rem }</style>"
    file.write_text(
        f"<!doctype html><html lang=en {attributes}><head><meta charset=utf-8>"
        f"<meta name=viewport content='width=device-width'><title>Figures</title>{head}{look}</head>"
        f"<body><main>{figures}{body}</main></body></html>",
        "utf-8",
    )
    return file


COLOUR = "element => getComputedStyle(element).color"


def contrast(colour: str) -> float:
    """The contrast of a colour, such as rgb(0, 0, 0), with white, by the definition of WCAG."""
    channels = [float(channel) / 255 for channel in re.findall(r"[\d.]+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
