"""The search, on a book of two pages: it finds sections, by their prose, and marks the words where it leads."""

from __future__ import annotations

import gzip
import json
import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.pages import FINISHED
from tests.tiny_book import CONFIG, ROOT, TinyBook, notebook

ROLLING = """# Rolling

How does a ball roll?

(rolling-look)=
## Look ahead: Nesterov

The {index}`warm-up <warmup>` comes first. A ball looks ahead, says Nesterov, at the rate $\\lambda_2 < 3$, where two
wells are.

```python
hidden_word = 1
```

### A wells-and-bowls part

Wells again, of the strength $\\frac{\\Lambda}{2}$.

```{prf:theorem} The ball arrives
:label: thm-rolling
A ball in a bowl arrives. This is about arrival.
```

(rolling-exercises)=
## Exercises

```{exercise} Nesterov
:label: ex-rolling
Let Nesterov's ball roll on a plateau.
```

```{solution} ex-rolling
:label: sol-rolling
It is a secretword.
```
"""
CELLS = notebook("unprinted = 'printed'\nprint(unprinted)").replace(
    '"# A notebook"',
    json.dumps(
        "# Walking\n\n## Nesterov\n\nA walker<!-- index: rambler --> of the name Nesterov, and α<!-- index: first letter -->."
    ),
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    tiny = TinyBook(tmp_path_factory.mktemp("search"), **{"index.md": "# Front\n", "rolling.md": ROLLING, "walking.ipynb": CELLS})
    boxes = CONFIG.replace("[sphinx_proof,", "[sphinx_proof, sphinx_exercise, sphinx-mathjax-offline,")
    tiny.write("_config.yml", f"{boxes}    html_context: {{default_mode: auto}}\n")
    shutil.copytree(ROOT / "_static", tiny.folder / "_static")
    built = tiny.build()
    assert built.code == 0, built.said
    return tiny


@pytest.fixture
def search(watched, tiny):
    def hits(query):
        watched.page.goto(f"{(tiny.folder / '_build' / 'html' / 'search.html').as_uri()}?q={query}")
        watched.page.wait_for_selector(".search-summary:has-text('place'), .search-summary:has-text('Nothing')")
        return watched.page.locator("#search-results li > a")

    return hits


def names(hits):
    return hits.all_inner_texts()


def index_of(tiny):
    text = (tiny.folder / "_build" / "html" / "searchindex.js").read_text("utf-8")
    return json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))


def test_the_index_knows_sections_by_their_labels_and_no_code(tiny):
    index = index_of(tiny)
    assert index["docnames"] == [
        "book/index",
        "book/rolling",
        "book/rolling#a-wells-and-bowls-part",
        "book/rolling#ex-rolling",
        "book/rolling#rolling-exercises",
        "book/rolling#rolling-look",
        "book/walking",
        "book/walking#nesterov",
    ]
    for word in ("hidden_word", "secretword", "unprint", "print", "frac"):
        assert word not in index["terms"]
    assert (
        index["leads"][5]
        == "The warm-up comes first. A ball looks ahead, says Nesterov, at the rate λ₂ &lt; 3, where two wells are."
    )
    assert index["leads"][2] == "Wells again, of the strength …"


def test_a_heading_of_that_name_comes_first_and_exercises_last(search):
    assert names(search("Nesterov")) == ["Nesterov", "Look ahead: Nesterov", "Exercise: Nesterov"]
    assert names(search("rolling"))[0] == "Rolling"
    assert names(search("plateau")) == ["Exercise: Nesterov"]


@pytest.mark.parametrize("spelling", ["warmup", "warm-up", "Warm up"])
def test_an_entry_of_the_index_is_found_as_the_reader_spells_it(search, spelling):
    hits = search(spelling)
    assert names(hits)[0] == "Look ahead: Nesterov"
    assert re.search(r"rolling\.html\?highlight=\S+#index-\d+$", hits.first.get_attribute("href"))


@pytest.mark.parametrize("entry", ["rambler", "first letter"])
def test_an_entry_that_a_notebook_does_not_show_is_found(search, tiny, entry):
    hits = search(entry)
    assert names(hits)[0] == "Nesterov"
    assert re.search(r"walking\.html\?highlight=\S+#index-\d+$", hits.first.get_attribute("href"))
    assert "A walker" in tiny.page("walking") and "index:" not in tiny.page("walking")


def test_a_theorem_is_found_by_its_name_and_a_greek_letter_by_either(search):
    assert search("the ball arrives").first.get_attribute("href").endswith("#thm-rolling")
    for spelling in ("lambda", "λ"):
        assert sorted(names(search(spelling))) == ["A wells-and-bowls part", "Look ahead: Nesterov"]
    assert names(search("alpha")) == names(search("α")) == ["Nesterov"]


def test_words_are_found_together_in_a_section(search):
    assert names(search("two wells")) == ["Look ahead: Nesterov"]
    assert names(search("walker bowl")) == []


def test_a_click_leads_to_the_section_with_the_words_marked(search, watched):
    page = watched.page
    page.set_viewport_size({"width": 1280, "height": 200})
    search("ball").filter(has_text="Look ahead").click()
    page.wait_for_selector("mark")
    assert page.url.endswith("rolling.html#rolling-look")
    assert page.locator("mark").all_inner_texts() == ["ball", "ball", "ball"]
    assert page.locator("section:has(> #rolling-look)").evaluate("section => Math.abs(section.getBoundingClientRect().top)") < 120
    page.keyboard.press("Escape")
    assert page.locator("mark").count() == 0


def test_a_click_marks_other_forms_of_a_word_and_letters_in_formulas(search, watched):
    page = watched.page
    search("looking lambda").first.click()
    page.wait_for_selector("mark")
    assert page.locator("mark").all_inner_texts() == ["Look", "looks"]
    expect(page.locator(".math.marked")).to_have_count(2)


def test_an_address_that_asks_for_nothing_or_nonsense_leaves_the_page_alone(watched, tiny):
    page = watched.page
    address = (tiny.folder / "_build" / "html" / "book" / "rolling.html").as_uri()
    for tail in ("?highlight=", "?highlight=%2E*%5B#rolling-look", "?highlight=ball#%ZZ", "?highlight=xyzzy#gone"):
        page.goto("about:blank")
        page.goto(address + tail)
        assert page.locator("article h1").inner_text().startswith("Rolling")
        assert page.locator("mark").count() == (5 if "ball" in tail else 0)


def test_a_page_read_again_replaces_its_own_sections_alone(tiny):
    before = index_of(tiny)
    tiny.write("book/rolling.md", ROLLING.replace("## Look ahead: Nesterov", "## Looking: Nesterov"))
    built = tiny.build()
    assert built.code == 0 and built.read == ["rolling"]
    after = index_of(tiny)
    tiny.write("book/rolling.md", ROLLING)
    assert tiny.build().code == 0
    assert "Looking: Nesterov" in after["titles"] and "Look ahead: Nesterov" not in after["titles"]
    assert index_of(tiny) == before


def test_only_the_page_of_results_loads_the_index(tiny):
    assert "searchindex.js" not in tiny.page("rolling")
    assert (tiny.folder / "_build" / "html" / "search.html").read_text("utf-8").count("searchindex.js") == 1


QUERIES = {
    "Nesterov": "Nesterov momentum: look before you roll",
    "two wells": "Deeper: every stationary point of the two wells and of the Gabor loss",
    "weight decay": "Weight decay",
    "warmup": "Deeper: settings that scale: warm-up, β₂, batch size and width",
    "critical batch size": "Critical batch size: how much data is enough for a step?",
    "noise floor": "The noise floor of a constant learning rate",
    "gradient clipping": "Deeper: gradient clipping and heavy-tailed noise",
    "polyak averaging": "Deeper: weight averaging (Polyak–Ruppert, EMA, schedule-free)",
    "loss is nan": "Loss is NaN or inf: a number too large for float16",
    "dead relu": "Loss jumps, then stays: dead ReLUs, and starts that explode",
    "hyperparameter search": "Deeper: hyperparameter search (grid, random, quasi-random)",
    "p-value": "Is the difference real? t-test, Mann–Whitney and shuffled labels",
    "how many runs": "How many runs do you need? The power of a test",
    "gradient accumulation": "Deeper: gradient accumulation, and what to divide by",
    "checkpoint": "Deeper: checkpoints, what to save and what jumps when you resume",
    "learning rate sweep": "How to find a learning rate: sweep by factors of three",
    "fine-tuning": "Deeper: fine-tuning, learning rate and head",
    "dampening": "Dampening is no moving average",
    "pytorch defaults": "Defaults: what a call means that does not say it",
    "momentum": "Momentum",
    "gradient descent": "Gradient descent",
}


@pytest.mark.parametrize(("query", "first"), QUERIES.items())
def test_the_book_answers_with_the_right_section_first(watched, book, query, first):
    watched.page.goto(f"{(book.parent / 'search.html').as_uri()}?q={query}")
    watched.page.wait_for_selector(".search-summary:has-text('place')")
    assert watched.page.locator("#search-results li > a").first.inner_text() == first


def test_the_index_of_the_book_is_small(book):
    assert len(gzip.compress((book.parent / "searchindex.js").read_bytes(), 9)) < 8_000 * len(FINISHED)
