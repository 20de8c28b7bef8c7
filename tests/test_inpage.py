"""The page runs gdcore: what it carries, that it computes what CPython computes, and that what runs in it reaches nothing."""

from __future__ import annotations

import gzip
import json
import pkgutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import ipywidgets
import numpy as np
import pytest
from playwright.sync_api import expect

import gdcore
from gdcore import conventions, words
from gdcore.catalogue import LANDSCAPES, METHODS
from gdcore.conventions.forms import FORMS
from gdcore.explore import Run, live_walks
from gdcore.explore import page as pages
from gdcore.hyperparameters import signature_of
from gdcore.inpage import modules
from gdcore.inpage.answer import answer
from gdcore.inpage.modules import ABSENT, GDCORE, engine_script, file_of, worker_text
from tests.inpage_requests import MISTAKES, with_method

# What the page carries


@pytest.mark.parametrize("name", GDCORE)
def test_the_page_carries_the_package_s_own_files_byte_for_byte(name):
    assert modules.modules()[name].encode() == file_of(name).read_bytes()


def test_every_module_is_in_the_page_or_named_with_a_reason():
    found = [found.name for found in pkgutil.walk_packages(gdcore.__path__, "gdcore.") if ".standin" not in found.name]
    accounted = [
        name for name in ["gdcore", *found] if name in GDCORE or any(f"{name}.".startswith(f"{each}.") for each in ABSENT)
    ]
    assert accounted == ["gdcore", *found]
    assert all(reason.strip() for reason in ABSENT.values())


def test_the_engine_is_light():
    assert len(gzip.compress(worker_text().encode(), 9)) < 450_000


# That it computes what CPython computes


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with nothing but the engine."""
    folder = tmp_path_factory.mktemp("inpage")
    (folder / "_static" / "inpage").mkdir(parents=True)
    (folder / "_static" / "inpage" / "engine.js").write_text(engine_script(), "utf-8")
    script = Path(modules.__file__).with_name("engine.js").read_text("utf-8")
    file = folder / "page.html"
    file.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Engine</title><body><script>{script}</script>", "utf-8"
    )
    return file


@pytest.fixture
def page(watched, file):
    watched.page.goto(file.as_uri())
    watched.page.evaluate("downhill.engine.silence = 60_000")  # a machine under load is slow, and no run here is endless
    return watched.page


ASK = "requests => Promise.all(requests.map((request, key) => downhill.engine.ask(request, { key })))"


def asked(page, requests):
    return page.evaluate(ASK, requests)


def place_of(landscape, across=0.31, up=0.72):
    """A start inside the landscape's box."""
    box = LANDSCAPES[landscape]().box
    shares = np.array([across, up])[: len(box)]
    return (box[:, 0] + shares * (box[:, 1] - box[:, 0])).tolist()


def request_of(landscape, method, start, steps=60, hyperparameters=None, **rest):
    penalty = {"penalty": {"l1": 0.1, "l2": 0.05}} if METHODS.get(method) and METHODS[method].needs == "penalty" else {}
    run = {"method": method, "start": start, "steps": steps, "hyperparameters": hyperparameters or {}}
    return {"landscape": {"name": landscape}, "runs": [run], **penalty, **rest}


def movement(request):
    """How far a start of which a coordinate is moved by one unit in the last place moves the run in CPython, at most."""
    run = request["runs"][0]
    here, far = np.array(answer(request)["runs"][0]["points"]), 0.0
    for coordinate in range(len(run["start"])):
        for side in (-np.inf, np.inf):
            start = list(run["start"])
            start[coordinate] = float(np.nextafter(start[coordinate], side))
            there = np.array(answer({**request, "runs": [{**run, "start": start}]})["runs"][0]["points"])
            far = max(far, np.inf if there.shape != here.shape else np.abs(there - here).max())
    return far


def apart(request, found):
    """Whether a run of the page is that of CPython within 10⁻¹² of its largest coordinate, or, "chaotic", within a hundred times
    what one unit in the last place of the start makes of it.
    """
    assert found["error"] is None, (request, found["error"])
    [run], [expected] = found["runs"], answer(request)["runs"]
    if expected["error"]:
        return "" if run["error"] and run["error"]["kind"] == expected["error"]["kind"] else f"error {run['error']}"
    if run["error"]:
        return f"error {run['error']}"
    points, ours = np.array(run["points"]), np.array(expected["points"])
    same_end = run["diverged_at"] == expected["diverged_at"] and points.shape == ours.shape
    far = np.abs(points - ours).max() if same_end else np.inf
    if far <= 1e-12 * np.abs(ours).max() and run["says"] == expected["says"]:
        return ""
    return "chaotic" if far <= 100 * movement(request) else f"apart by {far}"


def verdicts(page, requests):
    found = asked(page, requests)
    told = {repr(request)[:300]: apart(request, each) for request, each in zip(requests, found, strict=True)}
    wrong = {request: verdict for request, verdict in told.items() if verdict not in ("", "chaotic")}
    assert wrong == {}
    assert list(told.values()).count("chaotic") <= len(requests) / 10


def test_every_method_does_on_every_landscape_what_it_does_in_cpython(page):
    verdicts(page, [request_of(landscape, method, place_of(landscape)) for landscape in LANDSCAPES for method in METHODS])


def test_every_method_runs_in_every_notation_as_it_does_in_cpython(page):
    """The constants of a notation, and its own step where it has one."""
    values = {"learning_rate": 0.01, "momentum": 0.8, "decay": 0.9, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3}
    requests = []
    for method, forms in FORMS.items():
        for notation in forms if method != "muon" else ():
            request = request_of("two_wells", method, [0.7, -0.2], steps=20, hyperparameters=values)
            request["runs"][0].update(notation=notation, as_written=True)
            requests.append(request)
    verdicts(page, requests)


def test_the_gabor_loss_is_that_of_cpython(page):
    """Its sums differ in their last digits, where NumPy multiplies and adds in one operation; a search along a line knows the
    lowest point to the root of that.
    """
    searching = [name for name, known in METHODS.items() if known.one_start]
    verdicts(page, [request_of("gabor", method, [2.0, 11.0], steps=25) for method in METHODS if method not in searching])
    requests = [request_of("gabor", method, [2.0, 11.0], steps=25) for method in searching]
    for request, found in zip(requests, asked(page, requests), strict=True):
        [expected] = answer(request)["runs"]
        np.testing.assert_allclose(found["runs"][0]["points"], expected["points"], rtol=0, atol=1e-5)


def drawn(rng):
    """A request drawn at random: landscape, method, start, hyperparameters, schedule, noise."""
    landscape = str(rng.choice(list(LANDSCAPES)))
    method = str(rng.choice([name for name, known in METHODS.items() if known.needs in (None, "hessian")]))
    has = signature_of(METHODS[method].function).defaults
    settings = {}
    if "learning_rate" in has:
        rate = float(10 ** rng.uniform(-3, -0.5))
        cosine = {"schedule": "cosine", "arguments": {"first": rate, "steps": 40}}
        warm = {"schedule": "warmup", "arguments": {"steps": 7, "then": cosine}}
        decay = {"schedule": "exponential", "arguments": {"first": rate, "factor": 0.9}}
        searches = METHODS[method].one_start  # their rate is a number
        settings["learning_rate"] = rate if searches else [rate, cosine, warm, decay][rng.integers(4)]
    for name in ("momentum", "beta1", "decay"):
        if name in has:
            settings[name] = float(rng.uniform(0, 0.95))
    noise = (
        {} if METHODS[method].one_start else {"noise": {"scale": float(rng.choice([0, 0.5])), "seed": int(rng.integers(1000))}}
    )
    start = place_of(landscape, *rng.uniform(0.05, 0.95, 2))
    return request_of(landscape, method, start, int(rng.integers(1, 80)), settings, **noise)


def test_a_hundred_random_runs_are_those_of_cpython(page):
    rng = np.random.default_rng(13)
    verdicts(page, [drawn(rng) for _ in range(100)])


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_found_in_the_page_as_in_cpython(page, name):
    request, kind, line, of = MISTAKES[name]
    [found] = asked(page, [request])
    error = found["error"] or found["runs"][0]["error"]
    assert (error["kind"], error["line"], error["of"]) == (kind, line, of), error["says"]
    assert error["says"].endswith(".") and len(error["says"]) < 160


# Walks that a figure asks for


@live_walks(
    landscape="canyon",
    runs=[Run("gradient_descent", learning_rate="rate"), Run("kind", learning_rate="rate", name="ball")],
    start_at=("x", "y"),
    steps=30,
    rate=ipywidgets.FloatSlider(min=0.001, max=0.03, step=0.0005, value=0.01, description="learning rate η"),
    x=ipywidgets.FloatSlider(min=-0.9, max=2.9, step=0.02, value=-0.5, description="start w₁"),
    y=ipywidgets.FloatSlider(min=-1.9, max=2.9, step=0.02, value=2.3, description="start w₂"),
    kind=ipywidgets.ToggleButtons(options=["momentum", "nesterov"], value="momentum", description="rolls by"),
    alt="A walker and a ball in a canyon.",
)
def rolling(walks, rate):
    """A figure whose walks the page computes."""
    return f"At {words.plain(rate)}: " + ", ".join(words.significant(walk.end) for walk in walks)


@pytest.fixture(scope="module")
def rolling_file(file):
    return page_of(file, rolling)


def page_of(file, figure):
    """A page with one figure, beside the engine."""
    pages.begin_page()
    html = pages.html_of(figure.explorable)
    pages.begin_page()
    there = file.with_name(f"{figure.explorable.name}.html")
    there.write_text(f"<!doctype html><html lang=en><meta charset=utf-8><title>Rolling</title><main>{html}</main>", "utf-8")
    return there


def says(**values):
    figure = rolling.explorable
    return figure.computed.walk(figure.start | values)[0]


def test_the_page_computes_what_the_reader_asks_for(watched, rolling_file):
    page = watched.page
    page.goto(rolling_file.as_uri())
    figure, caption = page.locator("#rolling"), page.locator(".explore-result")
    page.wait_for_selector("#rolling[data-ready]")
    assert caption.inner_text() == says() and page.locator("iframe").count() == 0  # nothing is loaded before it is needed
    page.evaluate("downhill.engine.silence = 60_000")
    start = figure.inner_html()
    figure.get_by_label("learning rate η").press("End")
    expect(caption).to_have_text(says(rate=0.03), timeout=30_000)
    figure.get_by_label("nesterov").check()
    expect(caption).to_have_text(says(rate=0.03, kind="nesterov"))
    grip = page.locator(".explore-handle .grip").bounding_box()
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 40, steps=6)
    page.mouse.up()
    at = {
        name: float(value.replace("−", "-"))
        for name, value in zip("xy", figure.locator(".explore-control output").all_inner_texts()[1:3], strict=True)
    }
    assert at["x"] > -0.5 and at["y"] < 2.3
    expect(caption).to_have_text(says(rate=0.03, kind="nesterov", **at))
    page.wait_for_function("location.hash.includes('kind=nesterov')")
    address = page.evaluate("location.href")
    figure.get_by_role("button", name="Reset").click()
    expect(caption).to_have_text(says())
    assert figure.locator(".explore-walk path").count() and len(figure.inner_html()) == pytest.approx(len(start), rel=0.05)
    page.goto("about:blank")
    page.goto(address)
    expect(caption).to_have_text(says(rate=0.03, kind="nesterov", **at), timeout=30_000)


def test_what_a_caption_lists_follows_the_controls_and_is_copied(watched, file):
    @live_walks(
        landscape="canyon",
        runs=[Run("momentum", notation="notation", learning_rate="rate", momentum=0.9)],
        start_at=(-0.5, 2.3),
        steps=5,
        rate=ipywidgets.FloatSlider(min=0.01, max=0.1, step=0.01, value=0.1, description="rate"),
        notation=ipywidgets.Dropdown(options=["prince", "keras"], value="prince", description="notation"),
        alt="A walk.",
    )
    def told(walks, rate, notation):
        rows = conventions.in_every_notation("momentum", notation, learning_rate=rate, momentum=0.9)
        return conventions.listing(f"{len(walks)} walk.", rows)

    page = watched.page
    page.goto(page_of(file, told).as_uri())
    page.wait_for_selector("#told[data-ready]")
    keras = page.locator(".explore-listing > div", has_text="Keras")
    expect(keras.locator("code")).to_have_text("keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)")
    page.evaluate("downhill.engine.silence = 60_000")
    page.get_by_label("notation").select_option("keras")
    expect(keras.locator("code")).to_have_text("keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)", timeout=30_000)
    assert page.locator(".explore-result").inner_text() == "1 walk."
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    button = keras.get_by_role("button", name="Copy Keras")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Copied")
    assert page.evaluate("copied") == "keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)"


def test_a_walk_is_played_and_read_at_any_step(watched, rolling_file):
    page = watched.page
    page.goto(f"{rolling_file.as_uri()}#rolling:rate=0.02,step=7")
    page.wait_for_selector("#rolling[data-ready]")
    expect(page.locator(".explore-result")).to_have_text(says(rate=0.02), timeout=30_000)
    figure = rolling.explorable
    _, walks = figure.computed.walk(figure.start | {"rate": 0.02})
    told = page.locator(".explore-readings b").all_inner_texts()
    assert told == ["7", *(walk.texts[7] for walk in walks)]


@pytest.mark.parametrize("x", [0.3158, 4.13e-9, -99.7, 12_345.6, 0.0, 0.01234, 9_876.4, 2.46e17, -3.14e-5, 1.0])
def test_readings_are_written_as_in_python(watched, rolling_file, x):
    watched.page.goto(rolling_file.as_uri())
    assert watched.page.evaluate("x => exploreParts.significant(x)", x) == words.significant(x)


def test_firefox_computes_too(firefox, rolling_file):
    firefox.open(f"{rolling_file.as_uri()}#rolling:rate=0.03")
    caption = json.dumps(says(rate=0.03))
    firefox.wait(f"document.querySelector('.explore-result').textContent === {caption}", seconds=60)


def test_webkit_computes_too(webkit, rolling_file):
    webkit.open(f"{rolling_file.as_uri()}#rolling:rate=0.03")
    caption = json.dumps(says(rate=0.03))
    webkit.wait(f"document.querySelector('.explore-result').textContent === {caption}", seconds=60)


# That it reaches nothing


LOOP = with_method("def step(objective, w, state=0.0):\n    while True:\n        pass\n")
GOOD = request_of("canyon", "adam", [-0.5, 2.0])
TRIES = {
    "fetch": "worker.fetch('{address}')",
    "XMLHttpRequest": "asked = worker.XMLHttpRequest.new()\nasked.open('GET', '{address}', False)\nasked.send()",
    "WebSocket": "worker.WebSocket.new('{address}'.replace('http', 'ws'))",
    "EventSource": "worker.EventSource.new('{address}')",
    "importScripts": "worker.importScripts('{address}')",
    "import()": "worker.eval(\"import('{address}')\")",
    "a worker of its own": "worker.Worker.new('{address}')",
    "indexedDB": "worker.indexedDB.open('reach').onsuccess = lambda event: worker.postMessage({'reached': 1})",
    "caches": "worker.caches.open('reach').then(lambda cache: worker.postMessage({'reached': 1}))",
    "the page": "worker.parent.document.title = 'reached'",
    "the page above": "worker.top.document.title = 'reached'",
    "the document": "worker.document.title = 'reached'",
    "local storage": "worker.localStorage.setItem('reach', 'reached')",
}
HEARD = "window.heard = []; addEventListener('message', ({ data }) => { if (data.reached) window.heard.push(data) })"


@pytest.fixture(scope="module")
def server():
    """A server that counts what reaches it."""

    class Counting(BaseHTTPRequestHandler):
        hits: ClassVar[list[str]] = []

        def do_GET(self):
            self.hits.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *arguments):
            """Nothing is said of it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        yield serving
        serving.shutdown()


def reaches_nothing(server, script, wait):
    """What the reader's Python tries, in whichever browser: `script` runs JavaScript, `wait` waits until an expression holds."""
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    hits = server.RequestHandlerClass.hits
    hits.clear()

    def run(code):  # in the page itself, not in the driver's own world
        text = json.dumps(code)
        script(f"const made = document.createElement('script'); made.textContent = {text}; document.head.append(made)")

    run(f"fetch('{address}page').catch(() => 0)")  # the page itself gets there, so that the count can fail
    run(f"{HEARD}; downhill.engine.silence = 60_000; document.title = 'untouched'")
    for place, code in enumerate(TRIES.values()):
        body = code.replace("{address}", f"{address}{place}")
        request = json.dumps(with_method(f"from browser import self as worker\n{body}\n{GOOD_STEP}"))
        run(f"downhill.engine.ask({request}).finally(() => {{ document.body.dataset.told = '{place}' }})")
        wait(f"document.body.dataset.told === '{place}'")
    run("setTimeout(() => { document.body.dataset.over = [document.title, heard.length].join() }, 500)")
    wait("document.body.dataset.over === 'untouched,0'")
    assert hits == ["/page"]


GOOD_STEP = (
    "def step(objective, w, state=0.0, *, learning_rate=0.01):\n    return w - learning_rate * objective.gradient(w), state"
)


def test_nothing_is_reached_from_chromium(browser, file, server):
    page = browser.new_page()
    page.goto(file.as_uri())
    reaches_nothing(server, page.evaluate, page.wait_for_function)
    page.close()


def test_nothing_is_reached_from_firefox(firefox, file, server):
    firefox.open(file.as_uri())
    reaches_nothing(server, firefox.script, firefox.wait)


def test_nothing_is_reached_from_webkit(webkit, file, server):
    webkit.open(file.as_uri())
    reaches_nothing(server, webkit.script, webkit.wait)


def test_an_endless_loop_is_ended_and_the_page_lives(page):
    page.evaluate("downhill.engine.ready()")
    page.evaluate("downhill.engine.silence = 1_000")
    said = page.evaluate("request => downhill.engine.ask(request).catch((error) => [error.kind, error.says])", LOOP)
    assert said[0] == "TimeoutError" and "endless loop" in said[1]
    page.evaluate("downhill.engine.silence = 60_000")
    [found] = asked(page, [GOOD])
    assert found["runs"][0]["says"] == answer(GOOD)["runs"][0]["says"]


def test_of_waiting_requests_the_newest_is_computed(page):
    early, late = ({**GOOD, "runs": [{**GOOD["runs"][0], "steps": steps}]} for steps in (3, 5))
    found = page.evaluate(
        "([early, late]) => Promise.all([early, early, late].map((each) => downhill.engine.ask(each, { key: 'one' })))",
        [early, late],
    )
    assert len(found[0]["runs"][0]["points"]) == 4 and found[1] is None and len(found[2]["runs"][0]["points"]) == 6


def test_without_its_files_the_engine_says_so(browser, tmp_path):
    script = Path(modules.__file__).with_name("engine.js").read_text("utf-8")
    alone = tmp_path / "alone.html"
    alone.write_text(f"<!doctype html><meta charset=utf-8><title>a</title><body><script>{script}</script>", "utf-8")
    page = browser.new_page()
    page.goto(alone.as_uri())
    said = page.evaluate("request => downhill.engine.ask(request).catch((error) => [error.kind, error.says])", GOOD)
    assert said == ["LoadError", "This page came without the part that computes in it. The picture shows where it starts."]
    page.close()
