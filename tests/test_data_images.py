"""Image files: found under the names that they have, checked, and never touched."""

from __future__ import annotations

import gzip
import os
import urllib.request
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdcore import data
from tests.small_images import ARRAYS, CONTENTS, DIGESTS, LABELS, SMALL, same, write


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own, and no folder from the environment."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GDCORE_DATA", raising=False)
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.parametrize("gzipped", [True, False])
@pytest.mark.parametrize("where", ["folder/set", "folder", "environment/set", "environment", "cache"])
def test_files_are_found_where_they_may_be(where: str, gzipped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "cache" / "gdcore" / "small" if where == "cache" else tmp_path / where.replace("set", "small"), gzipped)
    if where.startswith("environment"):
        monkeypatch.setenv("GDCORE_DATA", str(tmp_path / "environment"))
    assert same(data.load_images(SMALL, tmp_path / "folder" if where.startswith("folder") else None))


@pytest.mark.parametrize("place", ["SMALL/raw", "Small", "s_mall", "raw", "."])
@pytest.mark.parametrize("style", ["{}", "{}.gz", "{}.GZ", "dotted", "unpacked"])
def test_files_are_found_as_others_name_them(place: str, style: str, tmp_path: Path) -> None:
    """Of other packages, of archives that write train-images.idx3-ubyte, of browsers that unpack and leave .gz in the name."""
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        path = tmp_path / place / (style.format(name) if "{" in style else f"{name}.gz")
        path = path.with_name(name.replace("-idx", ".idx")) if style == "dotted" else path
        path.write_bytes(gzip.compress(content) if path.suffix.lower() == ".gz" and style != "unpacked" else content)
    assert same(data.load_images(SMALL, str(tmp_path)))


def test_the_argument_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "right")
    write(tmp_path / "other").joinpath(f"{LABELS}.gz").write_bytes(b"altered")
    monkeypatch.setenv("GDCORE_DATA", str(tmp_path / "other"))
    assert same(data.load_images(SMALL, tmp_path / "right"))


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_the_tilde_is_the_home_folder(by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "home" / "data" / "small")
    if by == "environment":
        monkeypatch.setenv("GDCORE_DATA", "~/data")
    assert same(data.load_images(SMALL, "~/data" if by == "argument" else None))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


def test_a_user_without_a_home_loads_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    write(tmp_path / "mine")
    assert same(data.load_images(SMALL, tmp_path / "mine"))
    with pytest.raises(FileNotFoundError, match="must be in one of no folder, got none there"):
        data.load_images(SMALL)
    with pytest.raises(ValueError, match="folder must be named where no home folder is known"):
        data.download(SMALL)
    with pytest.raises(ValueError, match="folder must be a path without ~ where no home folder is known, got '~/data'"):
        data.load_images(SMALL, "~/data")


def test_halved_images(tmp_path: Path) -> None:
    images = data.load_images(SMALL, write(tmp_path / "small").parent, halved=True)
    np.testing.assert_array_equal(images.train_images, data.halve(ARRAYS["train-images-idx3-ubyte"]))
    np.testing.assert_array_equal(images.test_images, data.halve(ARRAYS["t10k-images-idx3-ubyte"]))


def test_a_missing_set_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("reached for the network")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    with pytest.raises(FileNotFoundError, match=r"train-images-idx3-ubyte of small must be in one of .*download.*GDCORE_DATA"):
        data.load_images(SMALL, tmp_path / "nowhere")


OTHER = data.ImageSet("other", (), {name: digest[::-1] for name, digest in DIGESTS.items()})


@pytest.mark.parametrize(
    "broken, told",
    [
        (gzip.compress(CONTENTS[LABELS])[:-9], "content must be a whole gzip file, got one that is damaged or cut short"),
        (gzip.compress(CONTENTS[LABELS][:-1] + b"\x07"), "it is another IDX file, of shape"),
        (gzip.compress(CONTENTS[LABELS][:-1]), "it is damaged or no IDX file: content of shape .* must hold 14 bytes, got 13"),
        (b"<html>", "it is damaged or no IDX file: content .* must begin with 00 00 08, got 3c 68 74"),
        (b"", "it is empty"),
        (gzip.compress(CONTENTS["t10k-labels-idx1-ubyte"]), "it is t10k-labels-idx1-ubyte of small"),
        (gzip.compress(bytes(3_000_000)), "content must hold at most 1000000 bytes when it is decompressed, got more"),
        (bytes(1_000_001), "it holds more than 1000000 bytes"),
    ],
    ids=["truncated", "altered", "shorter", "page", "empty", "another of the set", "bomb", "huge"],
)
def test_a_wrong_file_is_told_passed_over_and_left(broken: bytes, told: str, tmp_path: Path) -> None:
    path = write(tmp_path / "small") / f"{LABELS}.gz"
    path.write_bytes(broken)
    before = sorted(path.parent.iterdir())
    with pytest.raises(FileNotFoundError, match=rf"{LABELS} of small must be .*, got only .*{LABELS}.gz \({told}.*download"):
        data.load_images(SMALL, tmp_path)
    assert path.read_bytes() == broken and sorted(path.parent.iterdir()) == before
    (path.parent / "raw").mkdir()
    write(tmp_path / "cache" / "gdcore" / "small")
    assert same(data.load_images(SMALL, tmp_path))


def test_a_folder_of_another_set_is_told_and_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdcore.data.images.MNIST", replace(SMALL, name="mnist"))
    folder = write(tmp_path / "mnist")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(
        FileNotFoundError, match=r"of other must be .* got only .*images-idx3-ubyte.gz \(it is train-images.* of mnist\)"
    ):
        data.load_images(OTHER, folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before and same(data.load_images(SMALL, folder))


def test_a_file_that_cannot_be_read_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    write(tmp_path / "small")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(FileNotFoundError, match=r"got only .*Permission denied"):
        data.load_images(SMALL, tmp_path)


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
        assert set(which.digests) == set(ARRAYS) and len(set(which.digests.values())) == 4
        assert len(which.origins) == 2 and all(origin.startswith("https://") for origin in which.origins)


@pytest.mark.parametrize(
    "error, message, call",
    [
        (TypeError, "which must be an ImageSet, such as gdcore.data.MNIST, got 'mnist'", lambda: data.load_images("mnist")),
        (TypeError, "which must be an ImageSet, such as gdcore.data.MNIST, got None", lambda: data.download(None)),
        (TypeError, "halved must be True or False, got 'no'", lambda: data.load_images(SMALL, halved="no")),
        (TypeError, "folder must be a folder's path, got 3", lambda: data.load_images(SMALL, 3)),
        (TypeError, "folder must be a folder's path, got b'x'", lambda: data.download(SMALL, b"x")),
        (ValueError, "folder must be a folder's path, got ''", lambda: data.load_images(SMALL, "")),
        (ValueError, "folder must be a folder's path, got 'a", lambda: data.load_images(SMALL, "a\0b")),
        (ValueError, r"name must be letters, digits, - and _, got '\.\./x'", lambda: data.ImageSet("../x", (), DIGESTS)),
        (TypeError, "origins must be a tuple", lambda: data.ImageSet("x", "https://127.0.0.1/", DIGESTS)),
        (ValueError, "begin with https://, got 'http://a.example/'", lambda: data.ImageSet("x", ("http://a.example/",), DIGESTS)),
        (ValueError, "begin with https://, got 'file:///tmp/'", lambda: data.ImageSet("x", ("file:///tmp/",), DIGESTS)),
        (ValueError, "begin with https://, got 'https", lambda: data.ImageSet("x", ("https://[/",), DIGESTS)),
        (ValueError, "digests must be those of train-images", lambda: data.ImageSet("x", (), {})),
        (ValueError, "digests must be 64 hexadecimal digits each", lambda: data.ImageSet("x", (), dict.fromkeys(DIGESTS, "1"))),
        (ValueError, "most_bytes must be a whole number ≥ 1, got 0", lambda: data.ImageSet("x", (), DIGESTS, most_bytes=0)),
    ],
)
def test_refused_by_name(error: type[Exception], message: str, call: object) -> None:
    with pytest.raises(error, match=message):
        call()
