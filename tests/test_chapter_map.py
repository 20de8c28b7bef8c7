"""The map of the chapters: it holds each chapter, and its path is a run that arrives."""

from __future__ import annotations

import re

import numpy as np
import pytest
import yaml

from book import chapter_map
from gdcore.differences import check_gradient
from tests.conftest import ROOT

SHEETS = (chapter_map.WIDE, chapter_map.TALL)


@pytest.fixture(params=SHEETS, ids=lambda sheet: sheet.name)
def sheet(request):
    return request.param


def test_each_chapter_and_part_of_the_book_is_on_the_map_in_its_order():
    parts = [part for part in yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"] if part.get("numbered")]
    chapters = [chapter["file"] for part in parts for chapter in part["chapters"]]
    assert [f"book/{chapter.file}" for chapter in chapter_map.CHAPTERS] == chapters
    assert list(chapter_map.PARTS) == [part["caption"].partition(": ")[2] for part in parts]


def test_the_gradient_is_the_gradient(sheet):
    valley = chapter_map.landscape(sheet.valley)
    for w in np.random.default_rng(1).uniform(0, 4, (20, 2)):
        check_gradient(valley, w)


def test_the_run_leads_down_the_whole_valley_and_rests_at_a_minimum(sheet):
    valley = chapter_map.landscape(sheet.valley)
    path = chapter_map.walk(valley, sheet.valley[0])
    heights = valley.value(path / chapter_map.UNIT)
    assert heights[-1] == pytest.approx(heights.min(), abs=1e-3)
    assert heights[0] - heights[-1] > 3
    assert np.linalg.norm(valley.gradient(path[-1] / chapter_map.UNIT)) < 0.05
    for place in sheet.valley:
        assert np.linalg.norm(path - place, axis=1).min() < 60, f"the run does not come near {place}"


def test_an_outline_keeps_what_the_eye_sees():
    circle = 50 * np.stack([np.cos(t := np.linspace(0, 2 * np.pi, 400)), np.sin(t)], axis=-1)
    drawn = np.array([pair.split() for pair in chapter_map.outline(circle)[1:].split("L")], float)
    assert len(drawn) < 80
    assert np.abs(np.linalg.norm(drawn, axis=1) - 50).max() < 1
    assert chapter_map.outline(circle, closed=True).endswith("Z")


@pytest.mark.parametrize("mode, suffix, link", [("page", "html", "href"), ("live", "ipynb", "xlink:href")])
def test_links_lead_to_pages_in_the_book_and_to_notebooks_in_jupyterlab(monkeypatch, mode, suffix, link):
    monkeypatch.setenv("GDCORE_EXPLORE", mode)
    drawn = chapter_map.ChapterMap()._repr_html_()
    links = re.findall(rf'<a {link}="([^"]+)" aria-label="([^"]+)"', drawn)
    expected = [f"{chapter.file}.{suffix}" for chapter in chapter_map.CHAPTERS]
    assert [address for address, _ in links] == 2 * expected
    assert links[0][1] == "Chapter 1, Convexity. When does walking downhill reach the bottom?"
    assert all((ROOT / "book" / f"{chapter.file}.ipynb").is_file() for chapter in chapter_map.CHAPTERS)
    assert len(drawn) < 110_000


def test_as_text_the_map_is_a_list():
    lines = repr(chapter_map.ChapterMap()).splitlines()
    assert len(lines) == len(chapter_map.CHAPTERS)
    assert lines[3].startswith("4. ")
