"""The images of MNIST and Fashion-MNIST: which files they are, and where they may lie."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from gdcore import validation
from gdcore.data.idx import halve, read_idx, unpacked
from gdcore.data.samples import Labels


class Images(NamedTuple):
    """Images (N, side, side) of whole numbers 0 … 255 and labels (N,), to train and to test."""

    train_images: NDArray[np.uint8]
    train_labels: Labels
    test_images: NDArray[np.uint8]
    test_labels: Labels


@dataclass(frozen=True)
class ImageSet:
    """A data set in four IDX files.

    - `name`: that of its folder.
    - `origins`: addresses of folders that hold the files gzipped, tried in this order; https alone
      (http on this machine itself).
    - `digests`: by the file's name, the SHA-256 of its decompressed content.
    - `most_bytes`: what a file may hold at most, downloaded and decompressed.

    >>> sorted(MNIST.digests)[0], len(MNIST.origins)
    ('t10k-images-idx3-ubyte', 2)
    """

    name: str
    origins: tuple[str, ...]
    digests: Mapping[str, str]
    most_bytes: int = 64 * 2**20

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w-]+", validation.text("name", self.name)):
            raise ValueError(f"name must be letters, digits, - and _, got {validation.shown(self.name)}")
        if not isinstance(self.origins, (tuple, list)):
            raise TypeError(f"origins must be a tuple of addresses, got {validation.shown(self.origins)}")
        for origin in self.origins:
            if not is_safe(validation.text("origins", origin)):
                raise ValueError(f"origins must be addresses that begin with https://, got {validation.shown(origin)}")
        if not isinstance(self.digests, Mapping) or set(self.digests) != set(FILES):
            raise ValueError(f"digests must be those of {', '.join(FILES)}, got {validation.shown(self.digests)}")
        for digest in self.digests.values():
            if not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
                raise ValueError(f"digests must be 64 hexadecimal digits each, got {validation.shown(digest)}")
        validation.whole_number("most_bytes", self.most_bytes, least=1)


def is_safe(address: str) -> bool:
    """Whether nobody can change on its way what this address gives: https, or this machine."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"})
    except ValueError:
        return False


FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

MNIST = ImageSet(
    "mnist",
    ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
)
"""The images of handwritten digits, with their addresses and checksums."""
FASHION_MNIST = ImageSet(
    "fashion-mnist",
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    {
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
)
"""The images of clothes, in the form of MNIST."""


def load_images(which: ImageSet, folder: str | Path | None = None, *, halved: bool = False) -> Images:
    """The images and labels of `MNIST` or `FASHION_MNIST`, 28 × 28 or `halved` to 14 × 14.

    The files are looked for

    - in `folder`, else in the folder that the environment variable GDCORE_DATA names: there under
      the set's name (MNIST/raw, FashionMNIST/raw and the like too) or directly;
    - then in the user's cache, where `download` puts them.

    They may be gzipped or not, and be called train-images-idx3-ubyte or train-images.idx3-ubyte. A
    file counts if its content has the right SHA-256; any other is left as it lies and passed over.

    Raises FileNotFoundError where no right file lies, saying what lies there instead and how to get
    the set.

    Example: `images = load_images(FASHION_MNIST, "~/data", halved=True)`.
    """
    check_set(which)
    validation.flag("halved", halved)
    places = list(_places(which, folder))
    contents = [_content(which, file, places) for file in FILES]
    train_images, train_labels, test_images, test_labels = map(read_idx, contents)
    if halved:
        train_images, test_images = halve(train_images), halve(test_images)
    return Images(train_images, train_labels.astype(int), test_images, test_labels.astype(int))


def check_set(which: Any) -> None:
    """Refuse what is no ImageSet."""
    if not isinstance(which, ImageSet):
        raise TypeError(f"which must be an ImageSet, such as gdcore.data.MNIST, got {validation.shown(which)}")


def find(which: ImageSet, file: str, places: list[Path]) -> tuple[bytes | None, list[str]]:
    """The content of the first right file in these folders, and what is wrong with others."""
    wrong = []
    for path in (path for place in places for path in _called(file, place)):
        try:
            if path.stat().st_size > which.most_bytes:
                raise ValueError(f"it holds more than {which.most_bytes} bytes")
            content = unpacked(path.read_bytes(), which.most_bytes)
        except (OSError, ValueError) as error:
            wrong.append(f"{path} ({error})")
            continue
        if digest_of(content) == which.digests[file]:
            return content, wrong
        wrong.append(f"{path} ({_told(content, which)})")
    return None, wrong


def named_folder(name: str, value: Any) -> Path:
    """A folder that the reader names, with ~ for the home folder."""
    if not isinstance(value, (str, os.PathLike)) or isinstance(os.fspath(value), bytes):
        raise TypeError(f"{name} must be a folder's path, got {validation.shown(value)}")
    if not os.fspath(value) or "\0" in os.fspath(value):
        raise ValueError(f"{name} must be a folder's path, got {validation.shown(value)}")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(
            f"{name} must be a path without ~ where no home folder is known, got {validation.shown(value)}"
        ) from None


def cache() -> Path | None:
    """Where the system keeps caches, a folder for gdcore; None for a user without a home."""
    try:
        if sys.platform == "win32":
            base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(base).expanduser() / "gdcore"
    except RuntimeError:
        return None


def digest_of(content: bytes) -> str:
    """The SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()


def _content(which: ImageSet, file: str, places: list[Path]) -> bytes:
    """The content of one file of the set."""
    content, wrong = find(which, file, places)
    if content is None:
        raise FileNotFoundError(
            f"{file} of {which.name} must be in one of {', '.join(map(str, places)) or 'no folder'}, "
            f"got {'only ' + '; '.join(wrong) if wrong else 'none there'}; call gdcore.data.download(...), "
            "or name a folder that holds it by the argument folder or the environment variable GDCORE_DATA"
        )
    return content


def _places(which: ImageSet, folder: str | Path | None) -> Iterator[Path]:
    """The folders to look into, in this order."""
    base = None
    if folder is not None:
        base = named_folder("folder", folder)
    elif os.environ.get("GDCORE_DATA"):
        base = named_folder("GDCORE_DATA", os.environ["GDCORE_DATA"])
    if base is not None:
        yield base / which.name
        for path in _entries(base):
            if path.name != which.name and _letters(path.name) == _letters(which.name) and path.is_dir():
                yield from (path, path / "raw")
        yield from (base, base / "raw")
    if (kept := cache()) is not None:
        yield kept / which.name


def _called(file: str, place: Path) -> Iterator[Path]:
    """The files in a folder that bear this name, in one of the ways in which it is written."""
    for path in _entries(place):
        if path.name.lower().removesuffix(".gz").replace(".idx", "-idx") == file and path.is_file():
            yield path


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder; nothing in one that is not there or closed to this user."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _letters(name: str) -> str:
    """A name without case and signs: Fashion-MNIST, fashion_mnist and FashionMNIST are the same."""
    return re.sub(r"[\W_]", "", name).lower()


def _told(content: bytes, which: ImageSet) -> str:
    """In words, what a content is that is not the wanted one."""
    if not content:
        return "it is empty"
    digest = digest_of(content)
    for known in (which, MNIST, FASHION_MNIST):
        for file, expected in known.digests.items():
            if digest == expected:
                return f"it is {file} of {known.name}"
    try:
        return f"it is another IDX file, of shape {read_idx(content).shape}, its SHA-256 is {digest}"
    except ValueError as error:
        return f"it is damaged or no IDX file: {error}"
