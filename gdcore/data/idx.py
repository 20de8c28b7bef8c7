"""The IDX format of MNIST's files, and what one does with such images first."""

from __future__ import annotations

import gzip
import io
import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gdcore import validation
from gdcore.arrays import Array

_MOST_BYTES = 2**30  # of a decompressed content; EMNIST's largest file holds half of it
_MOST_AXES = 32
_GZIP = b"\x1f\x8b"


def read_idx(content: bytes) -> NDArray[np.uint8]:
    """The array of bytes in an IDX file's content, gzipped or not.

    The format is: two zeros, type 8, the number of axes, their lengths (big-endian, 4 bytes each),
    the numbers.

    Raises TypeError for what is no bytes, such as a path. Raises ValueError for another type of
    numbers, and for a content that is shorter or longer than its lengths say.
    Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits.

    >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 10, 20, 30]))
    array([10, 20, 30], dtype=uint8)
    """
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"content must be the bytes of an IDX file, got {validation.shown(content)}; "
            "of a file, they are pathlib.Path(...).read_bytes()"
        )
    plain = unpacked(bytes(content), _MOST_BYTES)
    if len(plain) < 4 or plain[:3] != b"\0\0\x08":
        raise ValueError(f"content of an IDX file of bytes must begin with 00 00 08, got {plain[:3].hex(' ') or 'nothing'}")
    axes = plain[3]
    if axes > _MOST_AXES:
        raise ValueError(f"content must have at most {_MOST_AXES} axes, got {axes}")
    start = 4 + 4 * axes
    if len(plain) < start:
        raise ValueError(f"content with {axes} axes must hold at least {start} bytes, got {len(plain)}")
    shape = tuple(np.frombuffer(plain[4:start], ">u4").tolist())
    if len(plain) - start != math.prod(shape):
        raise ValueError(f"content of shape {shape} must hold {start + math.prod(shape)} bytes, got {len(plain)}")
    return np.frombuffer(plain, np.uint8, offset=start).reshape(shape)


def unpacked(content: bytes, most: int) -> bytes:
    """The content decompressed if it is gzipped, else as it is.

    Raises ValueError where it is damaged, cut short, or holds more than `most` bytes.
    """
    if not content.startswith(_GZIP):
        if len(content) > most:
            raise ValueError(f"content must hold at most {most} bytes, got {len(content)}")
        return content
    pieces, size = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            while piece := file.read(1 << 20):
                size += len(piece)
                if size > most:
                    raise ValueError(f"content must hold at most {most} bytes when it is decompressed, got more")
                pieces.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"content must be a whole gzip file, got one that is damaged or cut short ({error})") from None
    return b"".join(pieces)


def halve(images: ArrayLike) -> NDArray[np.uint8]:
    """Images (..., h, w) of half the height and width: each pixel is the mean of four, rounded.

    With whole numbers: (a + b + c + d + 2) >> 2. Raises ValueError for odd h or w.

    >>> halve([[1, 2], [3, 5]])
    array([[3]], dtype=uint8)
    """
    wide = _whole(images).astype(np.uint16)
    if wide.ndim < 2 or wide.shape[-1] % 2 or wide.shape[-2] % 2:
        raise ValueError(f"images must be (..., height, width) with both even, got an array of shape {wide.shape}")
    rows = wide[..., ::2, :] + wide[..., 1::2, :]
    return ((rows[..., ::2] + rows[..., 1::2] + 2) >> 2).astype(np.uint8)


def pixels(images: ArrayLike, dtype: DTypeLike = np.float32) -> Array:
    """Images (N, h, w) of whole numbers 0 … 255 as rows of floats from 0 to 1, (N, h·w).

    Raises TypeError for a `dtype` that is no kind of float.

    >>> pixels([[[0, 51], [102, 255]]])
    array([[0. , 0.2, 0.4, 1. ]], dtype=float32)
    """
    whole, kind = _whole(images), _float("dtype", dtype)
    if whole.ndim != 3:
        raise ValueError(f"images must have shape (N, h, w), got an array of shape {whole.shape}")
    return whole.reshape(len(whole), -1) / np.array(255, kind)


def _whole(images: ArrayLike) -> NDArray[np.uint8]:
    """Images as whole numbers 0 … 255, whatever type they came in."""
    if isinstance(images, np.ndarray) and images.dtype == np.uint8 and images.size:
        return images
    numbers = validation.numbers("images", images)
    if (numbers != np.floor(numbers)).any() or numbers.min() < 0 or numbers.max() > 255:
        raise ValueError(f"images must be whole numbers from 0 to 255, got {validation.shown(images)}")
    return numbers.astype(np.uint8)


def _float(name: str, value: Any) -> np.dtype[Any]:
    """A kind of float, such as np.float32."""
    try:
        kind = np.dtype(value)
    except Exception:  # NumPy raises whatever the parts of the value raise
        kind = np.dtype(object)
    if value is None or kind.kind != "f":
        raise TypeError(f"{name} must be a kind of float, such as np.float32, got {validation.shown(value)}")
    return kind
