"""Downloads from servers on this machine that do all that servers do wrong: whole or not at all, and never for ever."""

from __future__ import annotations

import contextlib
import errno
import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gdcore import data
from gdcore.data import downloads
from tests.small_images import CONTENTS, DIGESTS, LABELS, same, write

FIRST = "train-images-idx3-ubyte"


class Origin(ThreadingHTTPServer):
    """A server on this machine that gives what `files` holds, unless the folder asked for is one of `tricks`."""

    files: dict[str, bytes]
    asked: list[str]
    daemon_threads = True
    block_on_close = False


class Handler(BaseHTTPRequestHandler):
    server: Origin

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        folder, _, name = self.path[1:].partition("/")
        content = self.server.files.get(f"/good/{name}", b"")
        with contextlib.suppress(OSError):  # the other side may have hung up
            TRICKS.get(folder, plain)(self, self.server.files.get(self.path, content))

    def give(self, content: bytes, length: str | None) -> None:
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)

    def redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


def plain(handler: Handler, content: bytes) -> None:
    handler.give(content, str(len(content)))


def trickle(handler: Handler, content: bytes) -> None:
    """A byte every now and then."""
    handler.give(b"", str(len(content)))
    for k in range(len(content)):
        handler.wfile.write(content[k : k + 1])
        time.sleep(0.05)


def trickle_headers(handler: Handler, content: bytes) -> None:
    handler.send_response(200)
    handler.flush_headers()
    for _ in range(40):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def endless(handler: Handler, content: bytes) -> None:
    handler.give(b"", None)
    while True:
        handler.wfile.write(bytes(1 << 16))


TRICKS: dict[str, Callable[[Handler, bytes], None]] = {
    "absent": lambda handler, content: handler.send_error(404),
    "failing": lambda handler, content: handler.send_error(500),
    "truncated": lambda handler, content: handler.give(content[:20], str(len(content))),
    "unsized": lambda handler, content: handler.give(content, None),
    "wrong-size": lambda handler, content: handler.give(content, "many"),
    "negative-size": lambda handler, content: handler.give(content, "-3"),
    "enormous-size": lambda handler, content: handler.give(content, "9" * 5000),
    "altered": lambda handler, content: plain(handler, gzip.compress(b"altered")),
    "no-gzip": lambda handler, content: plain(handler, b"<html>"),
    "bomb": lambda handler, content: plain(handler, gzip.compress(bytes(50_000_000))),
    "endless": endless,
    "trickle": trickle,
    "trickle-headers": trickle_headers,
    "silent": lambda handler, content: time.sleep(3),
    "redirect": lambda handler, content: handler.redirect(handler.path.replace("redirect", "good")),
    "to-nowhere": lambda handler, content: handler.redirect("http://[/"),
    "to-invalid": lambda handler, content: handler.redirect("https://" + 70 * "a" + ".example/"),
    "to-http": lambda handler, content: handler.redirect("http://a.example/"),
    "to-file": lambda handler, content: handler.redirect("file:///etc/passwd"),
    "in-circles": lambda handler, content: handler.redirect(handler.path),
    "no-http": lambda handler, content: handler.wfile.write(b"nonsense\r\n\r\n"),
}
WORKING = {"good", "redirect", "unsized", "wrong-size", "negative-size", "enormous-size"}
SLOW = {"trickle", "trickle-headers", "silent"}


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own, no folder from the environment, and no proxy."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("GDCORE_DATA", raising=False)
    monkeypatch.setattr("sys.platform", "linux")


@pytest.fixture
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One second for origins that are slow on purpose; others have as long as a busy machine needs."""
    if request.node.callspec.params.get("trick") in SLOW:
        monkeypatch.setattr(downloads, "MOST_SECONDS", 1.0)


@pytest.fixture
def origin() -> Iterator[Origin]:
    server = Origin(("127.0.0.1", 0), Handler)
    server.files = {f"/good/{name}.gz": gzip.compress(content) for name, content in CONTENTS.items()}
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def small_from(server: Origin, *folders: str) -> data.ImageSet:
    origins = tuple(f"http://127.0.0.1:{server.server_port}/{folder}/" for folder in folders)
    return data.ImageSet("small", origins, DIGESTS, most_bytes=1_000_000)


def test_download_then_load(origin: Origin, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    which = small_from(origin, "good")
    folder = data.download(which)
    assert folder == tmp_path / "cache" / "gdcore" / "small"
    assert same(data.load_images(which))
    assert f"{FIRST}: 100%" in capsys.readouterr().err
    assert len(origin.asked) == 4
    data.download(which)
    assert len(origin.asked) == 4  # what is there and right is not downloaded again
    (folder / f"{LABELS}.gz").write_bytes(b"altered")
    data.download(which)
    assert origin.asked[4:] == [f"/good/{LABELS}.gz"] and same(data.load_images(which))


def test_download_into_a_folder_of_the_readers(origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = data.download(small_from(origin, "good"), "~/mine")
    assert folder == tmp_path / "mine" / "small" and same(data.load_images(small_from(origin), folder))


def test_files_that_a_reader_has_are_neither_fetched_nor_overwritten(origin: Origin, tmp_path: Path) -> None:
    folder, which = write(tmp_path / "mine" / "small", gzipped=False), small_from(origin, "good")
    data.download(which, tmp_path / "mine")
    assert origin.asked == [] and len(list(folder.iterdir())) == 4
    (folder / LABELS).unlink()
    wrong = folder / f"{LABELS}.gz"
    wrong.write_bytes(b"of the reader's")
    with pytest.raises(FileExistsError, match=rf"{LABELS}.gz lies there and is not the file .*no IDX file.*move it away"):
        data.download(which, tmp_path / "mine")
    assert origin.asked == [] and wrong.read_bytes() == b"of the reader's"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("trick", ["good", *TRICKS])
def test_whatever_an_origin_does_the_next_one_is_tried(trick: str, origin: Origin, tmp_path: Path) -> None:
    began = time.monotonic()
    which = small_from(origin, trick, "good")
    folder = data.download(which, tmp_path / "mine")
    assert same(data.load_images(which, tmp_path / "mine"))
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.gz" for name in CONTENTS)
    assert any(path.startswith("/good/") for path in origin.asked) == (trick in {"good", "redirect"} or trick not in WORKING)
    assert trick not in SLOW or time.monotonic() - began < 15


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "trick, told",
    [
        ("truncated", "it ended after 20 of"),
        ("altered", "SHA-256 of the content must be"),
        ("absent", "HTTP Error 404"),
        ("no-gzip", "SHA-256 of the content must be"),
        ("bomb", "content must hold at most 1000000 bytes when it is decompressed, got more"),
        ("endless", "it sends more than 1000000 bytes"),
        ("trickle", "it took longer than 1 s"),
        ("to-http", "it redirects to http://a.example/, which does not begin with https://"),
    ],
)
def test_a_broken_download_says_why_and_leaves_nothing_behind(trick: str, told: str, origin: Origin, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match=f"no origin of small gave {FIRST}: http.*{told}"):
        data.download(small_from(origin, trick), tmp_path / "mine")
    assert list((tmp_path / "mine" / "small").iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("when", ["os.fsync", "os.replace"])
def test_an_interrupted_or_failing_write_leaves_nothing_behind(
    when: str, error: BaseException, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(when, fail)
    with pytest.raises(type(error)) as raised:
        data.download(small_from(origin, "good"), tmp_path / "mine")
    if isinstance(error, OSError):
        assert raised.value.errno == errno.ENOSPC and raised.value.filename.endswith(f"small/{FIRST}.gz")
    assert list((tmp_path / "mine" / "small").iterdir()) == []


def test_no_thread_is_left_waiting(origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MOST_SECONDS", 1.0)
    with pytest.raises(ConnectionError):
        data.download(small_from(origin, "trickle"), tmp_path / "mine")
    end = time.monotonic() + 5
    while any(thread.name.endswith("(_receive)") for thread in threading.enumerate()) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(thread.name.endswith("(_receive)") for thread in threading.enumerate())


def test_parts_of_killed_processes_are_removed_and_others_left(origin: Origin, tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "small"
    folder.mkdir(parents=True)
    ended = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(ended, 0)
    stale, old = folder / f"a.gz.{ended}-1.part", folder / f"b.gz.{os.getpid()}-1.part"
    alive, foreign = folder / f"c.gz.{os.getpid()}-1.part", folder / "of the readers.part"
    for path in (stale, old, alive, foreign):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    data.download(small_from(origin, "good"), tmp_path / "mine")
    assert [path.exists() for path in (stale, old, alive, foreign)] == [False, False, True, True]


def test_a_set_without_origins_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match=f"no origin of small gave {FIRST}: it has none"):
        data.download(data.ImageSet("small", (), DIGESTS), tmp_path)


def test_sizes_are_bounded_by_the_set(origin: Origin, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match=r"at most 1000 bytes when it is decompressed|sends more than 1000 bytes"):
        data.download(replace(small_from(origin, "good"), most_bytes=1000), tmp_path)
