"""The build of the book, on books of a few pages: what it does when it fails, when it is stopped,
and with many processes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from downhill import repository

from tests.tiny_book import ROOT, TinyBook, inherited, notebook
from tests.tiny_book import outcome as ended

POSIX = os.name == "posix"


def small(folder, **more):
    return TinyBook(folder, **{"index.md": "# Index", "one.md": "# One\n\nfirst text", "two.md": "# Two"} | more)


def running(folder):
    """The processes that stand in a folder or name it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place, command = os.readlink(process / "cwd"), (process / "cmdline").read_bytes()
        except OSError:
            continue
        if place.startswith(str(folder)) or str(folder).encode() in command:
            found.append(command)
    return found


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("page", "wrong", "told", "mended"),
    [
        ("one.md", "# One\n\n{ref}`nowhere`", "undefined label: 'nowhere'", "# One\n\nsecond text"),
        ("one.ipynb", notebook("1 / 0", "print('after')"), "ZeroDivisionError", notebook("print('second text')")),
    ],
    ids=["a reference to nothing", "a cell that raises"],
)
def test_a_build_that_failed_fails_again_until_it_is_mended(tmp_path, page, wrong, told, mended):
    first = notebook("print('first text')") if page.endswith("ipynb") else "# One\n\nfirst text"
    book = TinyBook(tmp_path, **{"index.md": "# Index", page: first, "two.md": "# Two"})
    assert book.build().code == 0
    good = book.files()
    book.write(f"book/{page}", wrong)
    for _ in range(2):
        failed = book.build()
        assert failed.code != 0
        assert failed.read == ["one"]
        assert told in failed.said
        assert "the last good book stays" in failed.said
        assert book.files() == good
    book.write(f"book/{page}", mended)
    again = book.build()
    assert (again.code, again.read) == (0, ["one"])
    assert "second text" in book.page("one")
    assert "first text" not in book.page("one")
    assert not list((tmp_path / "_build" / "html").glob("reports"))


def test_a_page_is_mended_by_another_one(tmp_path):
    book = small(tmp_path, **{"one.md": "# One\n\n{ref}`there`"})
    failed = book.build()
    assert failed.code != 0
    assert "there is no book yet" in failed.said
    assert not (tmp_path / "_build" / "html").exists()
    book.write("book/two.md", "(there)=\n# Two")
    again = book.build()
    assert (again.code, sorted(again.read)) == (0, ["one", "two"])
    assert "two.html#there" in book.page("one")


def test_a_warning_that_lies_in_no_page_is_given_again(tmp_path):
    book = small(tmp_path)
    assert book.build().code == 0
    book.write("_config.yml", (tmp_path / "_config.yml").read_text() + "    html_theme_options: {no_such_option: 1}\n")
    for _ in range(2):
        failed = book.build()
        assert failed.code != 0
        assert "no_such_option" in failed.said
    assert sorted(failed.read) == ["index", "one", "two"]
    assert "first text" in book.page("one")


def test_what_pages_are_made_of_is_looked_at(tmp_path):
    book = small(tmp_path, **{"three.ipynb": notebook("from gdcore import text\nprint(text)")})
    beside = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"  # the build needs more of gdcore
    book.write("gdcore/__init__.py", f"{beside}text = 'old figure'")
    book.write("_static/own.css", "p { color: red }")
    environment = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    assert book.build(**environment).code == 0
    assert book.build(**environment).read == []
    book.write("book/two.md", "# Two\n\nmore")
    assert book.build(**environment).read == ["two"]
    book.write("gdcore/__init__.py", f"{beside}text = 'new figure'")
    assert sorted(book.build(**environment).read) == ["index", "one", "three", "two"]
    assert "new figure" in book.page("three")
    style = book.page("two").partition("own.css")[2][:20]
    book.write("_static/own.css", "p { color: blue }")
    assert book.build(**environment).read == []
    assert book.page("two").partition("own.css")[2][:20] != style


def test_a_page_that_is_gone_is_gone(tmp_path):
    book = small(tmp_path)
    assert book.build().code == 0
    (tmp_path / "book" / "two.md").unlink()
    book.write("_toc.yml", "format: jb-book\nroot: book/index\nchapters:\n- file: book/one\n")
    assert book.build().code == 0
    assert not [name for name in book.files() if "two" in name]


@pytest.mark.skipif(not POSIX, reason="signals and /proc")
def test_a_build_that_is_stopped_leaves_nothing_running_and_begins_again(tmp_path):
    slow = notebook("from pathlib import Path\nimport time\nPath('started').touch()\ntime.sleep(60)")
    quick = {f"page_{number}.md": f"# Page {number}" for number in range(6)}
    book = small(tmp_path, **quick, **{"three.ipynb": notebook("print('first')")})
    assert book.build(DOWNHILL_JOBS="2").code == 0
    good = book.files()
    book.write("book/three.ipynb", slow)
    book.write("constraints.txt", "changed, so that every page is read, by several processes")
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        build = book.start(DOWNHILL_JOBS="2")
        wait_for((tmp_path / "book" / "started").exists)
        os.killpg(build.pid, end) if end == signal.SIGINT else build.send_signal(end)
        assert ended(build).code != 0
        wait_for(lambda: not running(tmp_path))
        assert book.files() == good
        (tmp_path / "book" / "started").unlink()
    book.write("book/three.ipynb", notebook("print('second')"))
    again = book.build(DOWNHILL_JOBS="2")
    assert (again.code, len(again.read)) == (0, 10)
    assert "second" in book.page("three")


@pytest.mark.skipif(not POSIX, reason="one process reads everything where there is no fork")
@pytest.mark.parametrize("victim", ["os.getppid()", "os.getpid()"], ids=["the process that reads", "the kernel"])
def test_a_process_that_is_killed_fails_the_build(tmp_path, victim):
    quick = {f"page_{number}.md": f"# Page {number}" for number in range(6)}
    book = small(tmp_path, **quick, **{"three.ipynb": notebook(f"import os\nos.kill({victim}, 9)")})
    failed = book.build(DOWNHILL_JOBS="2")
    assert failed.code != 0
    assert "killed" in failed.said or "Kernel died" in failed.said
    assert not (tmp_path / "_build" / "html").exists()
    wait_for(lambda: not running(tmp_path))


def test_two_builds_at_once_take_turns(tmp_path):
    book = small(tmp_path, **{"three.ipynb": notebook("import time\ntime.sleep(4)\nprint('done')")})
    builds = [ended(build) for build in [book.start(), book.start()]]
    assert [build.code for build in builds] == [0, 0]
    assert sorted(len(build.read) for build in builds) == [0, 4]
    assert sum("this one waits for it" in build.said for build in builds) == 1
    assert "done" in book.page("three")


def test_builds_agree_whatever_the_number_of_processes_and_the_load(tmp_path):
    """Two notebooks that print and draw, and pages that refer to each other; by one process, by
    two, and under load.
    """
    cell = "import time\nfor k in range(4):\n    print('losses', k, end=' ')\n    time.sleep(0.3)\n    print([2.0 * k])"
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);"
    theorem = "\n\n```{prf:theorem} Nothing\n:label: nothing-NAME\nMuch.\n```\n\n{prf:ref}`nothing-index` {eq}`e`"
    pages = {"index.md": "# Index" + theorem.replace("NAME", "index") + "\n\n$$1 = 1$$ (e)\n"}
    pages |= {f"page_{name}.md": f"# Page {name}" + theorem.replace("NAME", name) for name in "abcd"}
    pages |= {f"{name}.ipynb": notebook(cell, draw) for name in ("three", "four")}
    built = {}
    for name, jobs, busy in [("serial", "1", 0), ("parallel", "2", 0), ("loaded", "2", 2 * (os.cpu_count() or 1))]:
        book = TinyBook(tmp_path / name, **pages)
        load = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
        try:
            result = book.build(DOWNHILL_JOBS=jobs)
        finally:
            for process in load:
                process.kill()
                process.wait()
        assert (result.code, len(result.read)) == (0, 7), result.said
        built[name] = book.files()
    assert any(name.startswith("_images") for name in built["serial"])
    for name in ("parallel", "loaded"):
        assert built[name].keys() == built["serial"].keys()
        assert [file for file, text in built[name].items() if text != built["serial"][file]] == []


def test_every_page_of_a_public_copy_says_where_to_report(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", "https://github.com/someone/fork.git"], check=True)
    book = small(tmp_path)
    assert book.build().code == 0
    for page in ("index", "one", "two"):
        assert f"https://github.com/someone/fork/issues/new?template={repository.FORM}" in book.page(page)
        assert f"page=book%2F{page}" in book.page(page)
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / repository.FORM).read_text("utf-8"))
    assert "page" in [part.get("id") for part in form["body"]]


def test_gitlab_has_another_address_and_a_private_copy_none(tmp_path):
    address = repository.report_address("https://gitlab.com/someone/fork", "book/sgd")
    assert address == "https://gitlab.com/someone/fork/-/issues/new?issue%5Btitle%5D=book%2Fsgd%3A+"
    book = small(tmp_path)
    assert book.build().code == 0
    assert "Something is wrong" not in book.page("one")


def test_watching_builds_what_is_saved(tmp_path):
    book = small(tmp_path)
    command = [sys.executable, "-m", "tools.watch", str(tmp_path)]
    log = tmp_path / "watch.log"
    with log.open("w") as stream:
        watch = subprocess.Popen(command, cwd=ROOT, env=inherited(), stdout=stream, stderr=stream, start_new_session=True)
    try:
        wait_for(lambda: "Watching" in log.read_text(), 90)
        assert "first text" in book.page("one")
        book.write("book/one.md", "# One\n\nsecond text")
        wait_for(lambda: "second text" in book.page("one"), 90)
    finally:
        os.killpg(watch.pid, signal.SIGINT) if POSIX else watch.kill()
        assert watch.wait(30) == 0 or not POSIX
