"""An image set of eight images, for the tests of loading and downloading, and images of noise, for the experiments'."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np

from gdcore import data

GENERATOR = np.random.default_rng(0)
LABELS = "train-labels-idx1-ubyte"
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
SMALL = data.ImageSet("small", (), DIGESTS, most_bytes=1_000_000)


def write(folder: Path, gzipped: bool = True) -> Path:
    """The four files in a folder."""
    folder.mkdir(parents=True)
    for name, content in CONTENTS.items():
        (folder / (f"{name}.gz" if gzipped else name)).write_bytes(gzip.compress(content) if gzipped else content)
    return folder


def same(images: data.Images) -> bool:
    return all(np.array_equal(found, expected) for found, expected in zip(images, ARRAYS.values(), strict=True))


def noise_images(generator: np.random.Generator, train: int, test: int, labels_drawn: bool = False) -> data.Images:
    """Images of 14 × 14 pixels without anything to see, with the labels 0 … 9 in turn or drawn."""

    def part(count: int) -> tuple[np.ndarray, np.ndarray]:
        pixels = generator.integers(256, size=(count, 14, 14)).astype(np.uint8)
        return pixels, generator.integers(10, size=count) if labels_drawn else np.arange(count) % 10

    return data.Images(*part(train), *part(test))
