"""Samples from a seed, input normalization, and image files: found, checked, downloaded whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from gdcore import data

GENERATOR = np.random.default_rng(0)
ARRAYS = {
    "train-images-idx3-ubyte": GENERATOR.integers(256, size=(6, 28, 28)).astype(np.uint8),
    "train-labels-idx1-ubyte": np.array([3, 1, 4, 1, 5, 9], np.uint8),
    "t10k-images-idx3-ubyte": GENERATOR.integers(256, size=(2, 28, 28)).astype(np.uint8),
    "t10k-labels-idx1-ubyte": np.array([2, 6], np.uint8),
}


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


CONTENTS = {name: idx(array) for name, array in ARRAYS.items()}
DIGESTS = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()}
SMALL = data.ImageSet("small", (), DIGESTS)
LABELS = "train-labels-idx1-ubyte"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own, and no folder from the environment."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GDCORE_DATA", raising=False)
    monkeypatch.setattr("sys.platform", "linux")


def write(folder: Path, gzipped: bool = True) -> Path:
    """The four files in a folder."""
    folder.mkdir(parents=True)
    for name, content in CONTENTS.items():
        (folder / (f"{name}.gz" if gzipped else name)).write_bytes(gzip.compress(content) if gzipped else content)
    return folder


def same(images: data.Images) -> bool:
    return all(np.array_equal(found, expected) for found, expected in zip(images, ARRAYS.values(), strict=True))


@pytest.mark.parametrize("gzipped", [True, False])
@pytest.mark.parametrize("where", ["folder/set", "folder", "environment/set", "environment", "cache"])
def test_files_are_found_where_they_may_be(where: str, gzipped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "cache" / "gdcore" / "small" if where == "cache" else tmp_path / where.replace("set", "small"), gzipped)
    if where.startswith("environment"):
        monkeypatch.setenv("GDCORE_DATA", str(tmp_path / "environment"))
    assert same(data.load_images(SMALL, tmp_path / "folder" if where.startswith("folder") else None))


def test_the_argument_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "right")
    write(tmp_path / "other").joinpath(f"{LABELS}.gz").write_bytes(b"altered")
    monkeypatch.setenv("GDCORE_DATA", str(tmp_path / "other"))
    assert same(data.load_images(SMALL, tmp_path / "right"))


def test_halved_images_and_pixels(tmp_path: Path) -> None:
    write(tmp_path / "small")
    images = data.load_images(SMALL, tmp_path, halved=True)
    assert images.train_images.shape == (6, 14, 14) and images.train_images.dtype == np.uint8
    for n, y, x in np.ndindex(2, 14, 14):
        four = ARRAYS["t10k-images-idx3-ubyte"][n, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
        assert images.test_images[n, y, x] == (int(four.sum()) + 2) >> 2
    rows = data.pixels(images.train_images)
    assert rows.shape == (6, 196) and rows.dtype == np.float32
    np.testing.assert_array_equal(rows[1], (images.train_images[1].ravel() / 255).astype(np.float32))
    assert data.halve(np.full((1, 2, 2), 255, np.uint8)).item() == 255
    with pytest.raises(ValueError, match=r"images must be \(..., height, width\) with both even, got shape \(2, 3, 4\)"):
        data.halve(np.zeros((2, 3, 4), np.uint8))


def test_a_missing_set_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("reached for the network")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    with pytest.raises(FileNotFoundError, match=r"train-images-idx3-ubyte of small must be in one of .*download.*GDCORE_DATA"):
        data.load_images(SMALL, tmp_path / "nowhere")


@pytest.mark.parametrize(
    "broken",
    [
        gzip.compress(CONTENTS[LABELS])[:-9],
        gzip.compress(CONTENTS[LABELS][:-1] + b"\x07"),
        gzip.compress(CONTENTS[LABELS][:-1]),
        b"no gzip at all",
        b"",
    ],
    ids=["truncated", "altered", "shorter", "not gzip", "empty"],
)
def test_a_damaged_file_is_set_aside(broken: bytes, tmp_path: Path) -> None:
    path = write(tmp_path / "small") / f"{LABELS}.gz"
    path.write_bytes(broken)
    with pytest.raises(ValueError, match=rf"{LABELS}.gz is damaged or altered: SHA-256 .* must be {DIGESTS[LABELS]}, got "):
        data.load_images(SMALL, tmp_path)
    assert not path.exists()
    assert path.with_name(f"{path.name}.damaged").read_bytes() == broken
    with pytest.raises(FileNotFoundError):
        data.load_images(SMALL, tmp_path)


def test_a_damaged_file_that_cannot_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "small") / f"{LABELS}.gz"
    path.write_bytes(b"")

    def refuse(*arguments: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(ValueError, match=r"it could not be moved away \(read-only\)"):
        data.load_images(SMALL, tmp_path)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"\x89PNG", "must begin with 00 00 08, got 89 50 4e"),
        (b"", "must begin with 00 00 08, got nothing"),
        (idx(np.zeros((2, 3), np.uint8))[:-1], r"of shape \(2, 3\) must hold 18 bytes, got 17"),
        (idx(np.zeros((2, 3), np.uint8)) + b"0", r"of shape \(2, 3\) must hold 18 bytes, got 19"),
        (b"\0\0\x08\x03\0\0", "bytes, got 6"),
    ],
    ids=["another kind", "empty", "truncated", "longer", "cut in its lengths"],
)
def test_what_is_not_an_idx_file(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        data.read_idx(content)


class Origin(ThreadingHTTPServer):
    """A server on this machine that gives what `files` holds, and drops the connection after `limit` bytes."""

    files: dict[str, bytes]
    limit: int | None = None
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Origin

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: self.server.limit])

    def log_message(self, *arguments: object) -> None:
        pass


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
    return data.ImageSet("small", tuple(f"http://127.0.0.1:{server.server_port}/{folder}/" for folder in folders), DIGESTS)


def test_download_then_load(origin: Origin, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    which = small_from(origin, "good")
    folder = data.download(which)
    assert folder == tmp_path / "cache" / "gdcore" / "small"
    assert same(data.load_images(which))
    assert "train-images-idx3-ubyte: 100%" in capsys.readouterr().err
    assert len(origin.asked) == 4
    data.download(which)
    assert len(origin.asked) == 4  # what is there and right is not downloaded again
    (folder / f"{LABELS}.gz").write_bytes(b"altered")
    data.download(which)
    assert origin.asked[4:] == [f"/good/{LABELS}.gz"] and same(data.load_images(which))


def test_download_into_a_folder_by_the_second_origin(origin: Origin, tmp_path: Path) -> None:
    origin.files |= {f"/altered/{LABELS}.gz": gzip.compress(b"altered")}
    which = small_from(origin, "absent", "altered", "good")
    assert data.download(which, tmp_path / "mine") == tmp_path / "mine" / "small"
    assert same(data.load_images(which, tmp_path / "mine"))


@pytest.mark.parametrize("damage", ["truncated", "altered", "absent", "interrupted"])
def test_a_broken_download_leaves_nothing_behind(
    damage: str, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error: type[BaseException] = ConnectionError
    if damage == "truncated":
        origin.limit = 20
    elif damage == "altered":
        origin.files = {path: gzip.compress(b"altered") for path in origin.files}
    elif damage == "absent":
        origin.files = {}
    else:
        error = KeyboardInterrupt

        def interrupt(*arguments: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("os.replace", interrupt)
    with pytest.raises(
        error, match=None if error is KeyboardInterrupt else "no origin of small gave train-images-idx3-ubyte: http"
    ):
        data.download(small_from(origin, "good"), tmp_path / "mine")
    assert list((tmp_path / "mine" / "small").iterdir()) == []


@pytest.mark.parametrize("platform, folder", [("darwin", "Library/Caches"), ("win32", "AppData/Local"), ("linux", ".cache")])
def test_the_cache_is_where_the_system_keeps_caches(
    platform: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    write(tmp_path / folder / "gdcore" / "small")
    assert same(data.load_images(SMALL))


def test_the_two_sets_name_four_files_each() -> None:
    for which in (data.MNIST, data.FASHION_MNIST):
        assert set(which.digests) == set(ARRAYS)
        assert all(len(digest) == 64 for digest in which.digests.values()) and len(set(which.digests.values())) == 4
        assert all(origin.startswith("http") and origin.endswith("/") for origin in which.origins)


def test_gabor_sample() -> None:
    x, t = data.gabor_sample()
    assert x.shape == t.shape == (28,) and np.abs(x).max() <= 15
    again = data.gabor_sample()
    assert (x == again[0]).all() and (t == again[1]).all()
    assert (data.gabor_sample(seed=1)[0] != x).all()
    x, t = data.gabor_sample(50_000, parameters=(1.0, 10.0), noise=0.2)
    u = 1.0 + 0.6 * x
    rest = t - np.sin(u) * np.exp(-(u**2) / 32)
    assert rest.std() == pytest.approx(0.2, rel=0.02) and abs(rest.mean()) < 0.005
    assert x.var() == pytest.approx(15**2 / 3, rel=0.02)


def test_toy_sets() -> None:
    x, labels = data.two_moons(101, noise=0.0, seed=2)
    assert x.shape == (101, 2) and np.bincount(labels).tolist() == [51, 50]
    np.testing.assert_allclose(np.hypot(*x[labels == 0].T), 1)
    np.testing.assert_allclose(np.hypot(*(x[labels == 1] - [1, 0.5]).T), 1)
    assert x[labels == 0, 1].min() >= 0 and x[labels == 1, 1].max() <= 0.5

    x, labels = data.spirals(90, classes=3, turns=0.75, noise=0.0)
    r, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    off = angle - 2 * np.pi * (0.75 * r + labels / 3)
    np.testing.assert_allclose(np.cos(off), 1, atol=1e-12)
    assert np.bincount(labels).tolist() == [30, 30, 30]

    x, labels = data.blobs(30_000, centres=[[0, 0, 5], [1, 2, 3]], spread=0.5)
    for k, centre in enumerate([[0, 0, 5], [1, 2, 3]]):
        np.testing.assert_allclose(x[labels == k].mean(axis=0), centre, atol=0.02)
        np.testing.assert_allclose(x[labels == k].std(axis=0), 0.5, rtol=0.03)


def test_normalization_is_fitted_on_training_data_alone() -> None:
    train, test = GENERATOR.normal([170, 2.5e5, 7], [10, 5e4, 0], (200, 3)), GENERATOR.normal([100, 1e5, 8], 1, (5, 3))
    normalize = data.fit_normalization(train)
    np.testing.assert_allclose(normalize(train).mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(normalize(train).std(axis=0), [1, 1, 0], atol=1e-12)  # a constant column is only centred
    np.testing.assert_allclose(normalize(test), (test - train.mean(axis=0)) / [*train.std(axis=0)[:2], 1])
    assert data.fit_normalization(train.astype(np.float32))(test.astype(np.float32)).dtype == np.float32
    third = np.full((7, 1), 1 / 3, np.float32)  # a constant whose mean is rounded
    assert data.fit_normalization(third).deviation == 1
    with pytest.raises(ValueError, match=r"x must have 3 inputs along its last axis, as the training data, got shape \(5, 2\)"):
        normalize(test[:, :2])
    for wrong in (np.zeros(4), np.zeros((0, 2))):
        with pytest.raises(ValueError, match=r"x_train must have shape \(N, d\), not empty, got \("):
            data.fit_normalization(wrong)


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "pairs must be a whole number ≥ 1, got 0", lambda: data.gabor_sample(0)),
        (ValueError, "noise must be a number ≥ 0, finite, got -0.1", lambda: data.gabor_sample(noise=-0.1)),
        (ValueError, "noise must be a number ≥ 0, finite, got nan", lambda: data.two_moons(noise=np.nan)),
        (TypeError, "points must be a whole number ≥ 1, got 2.5", lambda: data.two_moons(2.5)),
        (ValueError, "classes must be a whole number ≥ 1, got 0", lambda: data.spirals(classes=0)),
        (ValueError, "seed must be a whole number ≥ 0, got -1", lambda: data.spirals(seed=-1)),
        (ValueError, r"centres must be an array of shape \(classes, d\), got shape \(2,\)", lambda: data.blobs(centres=[1, 2])),
        (ValueError, "spread must be a number ≥ 0, finite, got inf", lambda: data.blobs(spread=np.inf)),
    ],
)
def test_refused_by_name(error: type[Exception], message: str, call: object) -> None:
    with pytest.raises(error, match=message):
        call()
