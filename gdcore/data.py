"""Data: samples drawn from a seed, input normalization, and the images of MNIST and Fashion-MNIST.

Nothing here reaches for the network unless `download` is called.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from tqdm.auto import tqdm

from gdcore import validation
from gdcore.objectives import Array

Labels = NDArray[np.int_]


def gabor_sample(
    pairs: int = 28, parameters: tuple[float, float] = (0.0, 16.6), noise: float = 0.15, seed: int = 0
) -> tuple[Array, Array]:
    """Pairs (x, t) of the Gabor model with noise, each (pairs,): t = sin(u) exp(−u²/32) + ε with u = φ₀ + 0.06 φ₁ x.

    x is uniform in [−15, 15], ε normal with standard deviation `noise`, (φ₀, φ₁) = `parameters`.
    Source: Prince, equation 6.8 and figure 6.3 (28 pairs, parameters (0, 16.6); the noise is not stated).
    """
    generator = _generator(seed)
    x = generator.uniform(-15, 15, validation.whole_number("pairs", pairs, least=1))
    u = parameters[0] + 0.06 * parameters[1] * x
    return x, np.sin(u) * np.exp(-(u**2) / 32) + generator.normal(0, _spread("noise", noise), x.shape)


def two_moons(points: int = 200, noise: float = 0.1, seed: int = 0) -> tuple[Array, Labels]:
    """Two half circles that reach into each other: x (points, 2) and labels 0, 1 by turns, (points,).

    The first is (cos a, sin a), the second (1 − cos a, ½ − sin a), a uniform in [0, π]; `noise` is a standard deviation.
    """
    generator = _generator(seed)
    labels = np.arange(validation.whole_number("points", points, least=1)) % 2
    a = generator.uniform(0, np.pi, points)
    x = np.where(labels[:, None] == 0, np.stack([np.cos(a), np.sin(a)], -1), np.stack([1 - np.cos(a), 0.5 - np.sin(a)], -1))
    return x + generator.normal(0, _spread("noise", noise), x.shape), labels


def spirals(points: int = 200, classes: int = 2, turns: float = 1.0, noise: float = 0.02, seed: int = 0) -> tuple[Array, Labels]:
    """Spirals from the origin, one a class: x (points, 2) and labels 0 … classes − 1 by turns, (points,).

    Class k is r (cos a, sin a) with a = 2π (`turns` r + k/classes), r uniform in [0.05, 1]; `noise` is a standard deviation.
    """
    generator = _generator(seed)
    labels = np.arange(validation.whole_number("points", points, least=1)) % validation.whole_number("classes", classes, least=1)
    r = generator.uniform(0.05, 1, points)
    a = 2 * np.pi * (turns * r + labels / classes)
    x = r[:, None] * np.stack([np.cos(a), np.sin(a)], axis=-1)
    return x + generator.normal(0, _spread("noise", noise), x.shape), labels


def blobs(points: int = 200, centres: ArrayLike = ((-2, 0), (2, 0)), spread: float = 1.0, seed: int = 0) -> tuple[Array, Labels]:
    """Normal clouds, one a class: x (points, d) around `centres` (classes, d), and labels by turns, (points,)."""
    generator, centres = _generator(seed), np.asarray(centres, dtype=float)
    if centres.ndim != 2 or not centres.size:
        raise ValueError(f"centres must be an array of shape (classes, d), got shape {centres.shape}")
    labels = np.arange(validation.whole_number("points", points, least=1)) % len(centres)
    return centres[labels] + generator.normal(0, _spread("spread", spread), (points, centres.shape[1])), labels


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(validation.whole_number("seed", seed, least=0))


def _spread(name: str, value: float) -> float:
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a number ≥ 0, finite, got {value!r}")
    return float(value)


@dataclass(frozen=True)
class Normalization:
    """Each input with the mean and standard deviation of the training data: x̃ = (x − μ) / σ, for any data of the same kind.

    `mean` and `deviation` are (d,). Call it on data (..., d). Source: Bishop and Bishop, equations 7.48–7.50.
    """

    mean: Array
    deviation: Array

    def __call__(self, x: ArrayLike) -> Array:
        """The normalized data, (..., d)."""
        x = np.asarray(x)
        if x.shape[-1:] != self.mean.shape:
            raise ValueError(
                f"x must have {len(self.mean)} inputs along its last axis, as the training data, got shape {x.shape}"
            )
        return (x - self.mean) / self.deviation


def fit_normalization(x_train: ArrayLike) -> Normalization:
    """Mean and standard deviation of each column of the training data, (N, d); those of test data must not come in.

    A column that is constant is only centred: its σ is taken as 1. Float32 stays float32.
    """
    x = np.asarray(x_train)
    if x.ndim != 2 or not x.size:
        raise ValueError(f"x_train must have shape (N, d), not empty, got {x.shape}")
    deviation = x.std(axis=0)
    # A constant column's deviation is 0 up to the rounding of its mean.
    constant = deviation <= 4 * np.finfo(deviation.dtype).eps * np.abs(x).max(axis=0)
    return Normalization(x.mean(axis=0), np.where(constant, np.ones_like(deviation), deviation))


class Images(NamedTuple):
    """Images (N, side, side) of whole numbers 0 … 255, and labels (N,), for training and for the test."""

    train_images: NDArray[np.uint8]
    train_labels: Labels
    test_images: NDArray[np.uint8]
    test_labels: Labels


@dataclass(frozen=True)
class ImageSet:
    """A data set in four IDX files: its folder's name, where to download it from, and the SHA-256 of each file's content.

    `digests` are of the decompressed files; `origins` are the addresses of folders that hold them gzipped, tried in this order.
    """

    name: str
    origins: tuple[str, ...]
    digests: Mapping[str, str]


_TRAIN_IMAGES, _TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
_TEST_IMAGES, _TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"

MNIST = ImageSet(
    "mnist",
    ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    {
        _TRAIN_IMAGES: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        _TRAIN_LABELS: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        _TEST_IMAGES: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        _TEST_LABELS: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
)
FASHION_MNIST = ImageSet(
    "fashion-mnist",
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    {
        _TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        _TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        _TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        _TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
)


def load_images(which: ImageSet, folder: str | Path | None = None, *, halved: bool = False) -> Images:
    """The images and labels of `MNIST` or `FASHION_MNIST`, 28 × 28 or `halved` to 14 × 14, from files on this machine.

    The files, gzipped or not, are looked for in `folder`, else in the folder that the environment variable GDCORE_DATA names,
    there under the set's name or directly, and then in the user's cache, where `download` puts them.

    Raises FileNotFoundError for a missing set, saying how to get it; ValueError for a file whose content has not the SHA-256 that
    it must have, which is set aside under another name.
    """
    contents = [_content(which, file, folder) for file in (_TRAIN_IMAGES, _TRAIN_LABELS, _TEST_IMAGES, _TEST_LABELS)]
    train_images, train_labels, test_images, test_labels = map(read_idx, contents)
    if halved:
        train_images, test_images = halve(train_images), halve(test_images)
    return Images(train_images, train_labels.astype(int), test_images, test_labels.astype(int))


def download(which: ImageSet, folder: str | Path | None = None) -> Path:
    """Download the files of `MNIST` or `FASHION_MNIST` that are not there yet, with a progress bar. Returns their folder.

    They go into `folder`, by default the user's cache, under the set's name. A file gets its name only when it is complete and
    its content has the right SHA-256. Raises ConnectionError where no origin gives the right file.
    """
    target = (_cache() if folder is None else Path(folder)) / which.name
    target.mkdir(parents=True, exist_ok=True)
    for file, digest in which.digests.items():
        path = target / f"{file}.gz"
        if path.exists() and _digest(_decompressed(path.read_bytes())) == digest:
            continue
        complete = _fetch(which, file, digest)
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            partial.write_bytes(complete)
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    return target


def read_idx(content: bytes) -> NDArray[np.uint8]:
    """The array of bytes in an IDX file: two zeros, type 8, the number of axes, their lengths (big-endian, 4 bytes), the numbers.

    Raises ValueError for another type, and for a content that is shorter or longer than its lengths say.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"an IDX file of bytes must begin with 00 00 08, got {content[:3].hex(' ') or 'nothing'}")
    start = 4 + 4 * content[3]
    shape = tuple(np.frombuffer(content[4:start], ">u4").tolist()) if len(content) >= start else ()
    if len(shape) != content[3] or len(content) - start != int(np.prod(shape, dtype=int)):
        raise ValueError(f"an IDX file of shape {shape} must hold {start + int(np.prod(shape))} bytes, got {len(content)}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def halve(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images (..., h, w) of half the height and width: each pixel the mean of four, rounded, (a + b + c + d + 2) >> 2."""
    if images.ndim < 2 or images.shape[-1] % 2 or images.shape[-2] % 2:
        raise ValueError(f"images must be (..., height, width) with both even, got shape {images.shape}")
    wide = images.astype(np.uint16)
    rows = wide[..., ::2, :] + wide[..., 1::2, :]
    return ((rows[..., ::2] + rows[..., 1::2] + 2) >> 2).astype(np.uint8)


def pixels(images: NDArray[np.uint8], dtype: DTypeLike = np.float32) -> Array:
    """Images (N, h, w) of 0 … 255 as rows of floats between 0 and 1, (N, h·w)."""
    return images.reshape(len(images), -1) / np.array(255, dtype)


def _content(which: ImageSet, file: str, folder: str | Path | None) -> bytes:
    """The decompressed content of a file of the set, checked."""
    named = folder if folder is not None else os.environ.get("GDCORE_DATA")
    folders = [Path(named) / which.name, Path(named)] if named else []
    folders.append(_cache() / which.name)
    for path in (place / name for place in folders for name in (f"{file}.gz", file)):
        if path.is_file():
            content = _decompressed(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            digest = _digest(content)
            if content is None or digest != which.digests[file]:
                raise ValueError(
                    f"{path} is damaged or altered: SHA-256 of its content must be {which.digests[file]}, got {digest}; "
                    f"{_set_aside(path)}"
                )
            return content
    raise FileNotFoundError(
        f"{file} of {which.name} must be in one of {', '.join(map(str, folders))}, got none there; "
        "call gdcore.data.download(...), or name a folder that holds it by the argument folder or the variable GDCORE_DATA"
    )


def _set_aside(path: Path) -> str:
    """Move a wrong file out of the way, and say where it is."""
    aside = path.with_name(f"{path.name}.damaged")
    try:
        os.replace(path, aside)
    except OSError as error:
        return f"it could not be moved away ({error})"
    return f"it is now {aside}"


def _fetch(which: ImageSet, file: str, digest: str) -> bytes:
    """The gzipped file from the first origin that has it right."""
    failures = []
    for origin in which.origins:
        try:
            compressed = _read_address(f"{origin}{file}.gz", label=file)
        except (OSError, HTTPException) as error:
            failures.append(f"{origin}: {error}")
            continue
        if (got := _digest(_decompressed(compressed))) == digest:
            return compressed
        failures.append(f"{origin}: SHA-256 of the content must be {digest}, got {got}")
    raise ConnectionError(f"no origin of {which.name} gave {file}: {'; '.join(failures)}")


def _read_address(address: str, label: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as response:
        size = int(response.headers.get("Content-Length", 0)) or None
        with tqdm(total=size, desc=label, unit="B", unit_scale=True) as bar:
            chunks = []
            while chunk := response.read(1 << 16):
                chunks.append(chunk)
                bar.update(len(chunk))
    return b"".join(chunks)


def _decompressed(compressed: bytes) -> bytes | None:
    """The content, None where it is not whole."""
    try:
        return gzip.decompress(compressed)
    except (OSError, EOFError, zlib.error):
        return None


def _digest(content: bytes | None) -> str:
    return "nothing that gzip can read" if content is None else hashlib.sha256(content).hexdigest()


def _cache() -> Path:
    """The user's cache folder of gdcore, where the system keeps such folders."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gdcore"
