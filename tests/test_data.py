"""Samples from a seed, input normalization, and the IDX format."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import numpy as np
import pytest

from gdcore import data

GENERATOR = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


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
    with pytest.raises(ValueError, match=r"x_train must have shape \(N, d\), got an array of shape \(4,\)"):
        data.fit_normalization(np.zeros(4))
    with pytest.raises(ValueError, match=r"x_train must not be empty, got an array of shape \(0, 2\)"):
        data.fit_normalization(np.zeros((0, 2)))


@pytest.mark.parametrize("count", [2, 60, 1000, 100_001])
@pytest.mark.parametrize("constant", [0.1, 1 / 3, -1e300, 1e-300, 0.0, 5e-324])
def test_a_constant_column_is_centred_whatever_its_length(count: int, constant: float) -> None:
    column = np.full((count, 1), constant)
    assert (data.fit_normalization(column)(column) == 0).all()


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_a_column_constant_up_to_rounding_is_not_blown_up(kind: type[np.floating]) -> None:
    column = np.full((1000, 1), 0.1, kind)
    column[::7] = np.nextafter(column[0], kind(1))
    normalize = data.fit_normalization(column)
    assert normalize.deviation == 1 and np.abs(normalize(column)).max() < 1e-3


@pytest.mark.parametrize("size", [1e-200, 1e-3, 1.0, 1e3, 1e200])
def test_columns_of_any_size_are_normalized(size: float) -> None:
    """Squares of 1e200 overflow, those of 1e-200 vanish."""
    column = size * (3 + GENERATOR.normal(size=(500, 1)))
    normalized = data.fit_normalization(column)(column)
    np.testing.assert_allclose([normalized.mean(), normalized.std()], [0, 1], atol=1e-12)


def test_ordinary_columns_are_normalized_as_one_would_write_it() -> None:
    x = GENERATOR.normal([170, -0.3], [10, 0.002], (200, 2))
    np.testing.assert_array_equal(data.fit_normalization(x)(x), (x - x.mean(axis=0)) / x.std(axis=0))


def test_numbers_close_together_are_normalized_to_their_last_digits() -> None:
    x = 1e6 + np.tile([[0.0], [1.6e-8]], (50_000, 1))
    steps = x - 1e6
    normalize = data.fit_normalization(x)
    np.testing.assert_allclose(normalize.deviation, (steps - steps.mean()).std(), rtol=1e-6)


def test_sums_over_many_single_precision_numbers_lose_nothing() -> None:
    column = (1000 + 0.01 * GENERATOR.normal(size=(200_000, 1))).astype(np.float32)
    normalize = data.fit_normalization(column)
    assert normalize.mean.dtype == normalize.deviation.dtype == np.float32
    np.testing.assert_allclose(normalize.mean, column.astype(float).mean(), rtol=1e-7)
    np.testing.assert_allclose(normalize.deviation, column.astype(float).std(), rtol=1e-6)


def test_a_normalization_keeps_numbers_of_its_own() -> None:
    mean, x = np.array([1.0, 2.0]), np.array([[1.0, 2.0]])
    normalize = data.Normalization(mean, [1, 2])
    mean[:] = 9
    assert (normalize(x) == 0).all()


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "pairs must be a whole number from 1 to 10000000, got 0", lambda: data.gabor_sample(0)),
        (ValueError, "noise must be a number from 0 to 1e\\+300, got -0.1", lambda: data.gabor_sample(noise=-0.1)),
        (ValueError, "parameters must be two numbers, got \\[1, 2, 3\\]", lambda: data.gabor_sample(parameters=[1, 2, 3])),
        (ValueError, "parameters must be finite, got \\[0.0, nan\\]", lambda: data.gabor_sample(parameters=(0, np.nan))),
        (TypeError, "parameters must be numbers, got \\('a', 'b'\\)", lambda: data.gabor_sample(parameters=("a", "b"))),
        (ValueError, "parameters must have shape \\(2,\\)", lambda: data.gabor_sample(parameters=16.6)),
        (ValueError, "noise must be a number from 0 to 1e\\+300, got nan", lambda: data.two_moons(noise=np.nan)),
        (TypeError, "noise must be a number from 0 to 1e\\+300, got True", lambda: data.two_moons(noise=True)),
        (TypeError, "noise must be a number from 0 to 1e\\+300, got 'a'", lambda: data.spirals(noise="a")),
        (TypeError, "points must be a whole number from 1 to 10000000, got 2.5", lambda: data.two_moons(2.5)),
        (ValueError, "points must be a whole number from 1 to 10000000, got 1000000000000", lambda: data.blobs(10**12)),
        (ValueError, "classes must be a whole number from 1 to 10000000, got 0", lambda: data.spirals(classes=0)),
        (TypeError, "turns must be a number from -1e\\+300 to 1e\\+300, got None", lambda: data.spirals(turns=None)),
        (ValueError, "seed must be a whole number ≥ 0, got -1", lambda: data.spirals(seed=-1)),
        (ValueError, r"centres must have shape \(classes, d\), got an array of shape \(2,\)", lambda: data.blobs(centres=[1, 2])),
        (ValueError, r"centres must be an array of \(classes, d\), all rows", lambda: data.blobs(centres=[[1], [1, 2]])),
        (ValueError, "spread must be a number from 0 to 1e\\+300, got inf", lambda: data.blobs(spread=np.inf)),
        (ValueError, "mean must have shape", lambda: data.Normalization([[1]], [1])),
        (ValueError, "deviation must have shape", lambda: data.Normalization([1], [1, 2])),
        (ValueError, "deviation must be numbers > 0, got", lambda: data.Normalization([1, 2], [1, 0])),
        (TypeError, "x must be numbers, got", lambda: data.Normalization([1], [1])([["a"]])),
        (ValueError, "x must be finite, got", lambda: data.Normalization([1], [1])([[np.nan]])),
        (ValueError, "x_train must be finite, got", lambda: data.fit_normalization([[1.0], [np.inf]])),
        (TypeError, "x_train must be numbers, got None", lambda: data.fit_normalization(None)),
        (ValueError, "images must be whole numbers from 0 to 255, got", lambda: data.halve([[0.5, 1], [2, 3]])),
        (ValueError, "images must be whole numbers from 0 to 255, got", lambda: data.halve([[256, 1], [2, 3]])),
        (ValueError, "images must be whole numbers from 0 to 255, got", lambda: data.pixels([[[-1]]])),
        (ValueError, r"images must have shape \(N, h, w\), got an array of shape \(1, 2\)", lambda: data.pixels([[1, 2]])),
        (TypeError, "dtype must be a kind of float, such as np.float32, got <class 'int'>", lambda: data.pixels([[[1]]], int)),
        (TypeError, "dtype must be a kind of float, such as np.float32, got 'fast'", lambda: data.pixels([[[1]]], "fast")),
    ],
)
def test_refused_by_name(error: type[Exception], message: str, call: Callable[[], object]) -> None:
    with pytest.raises(error, match=message):
        call()


def test_the_gabor_model_far_out_is_flat_and_warns_of_nothing() -> None:
    _, t = data.gabor_sample(5, parameters=(1e290, 1.0), noise=0)
    assert (t == 0).all()


def test_halved_images_and_pixels() -> None:
    images = GENERATOR.integers(256, size=(2, 28, 28)).astype(np.uint8)
    halved = data.halve(images)
    assert halved.shape == (2, 14, 14) and halved.dtype == np.uint8
    for n, y, x in np.ndindex(2, 14, 14):
        assert halved[n, y, x] == (int(images[n, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2].sum()) + 2) >> 2
    for same in (images.astype(float), images.astype(int), images.tolist()):
        np.testing.assert_array_equal(data.halve(same), halved)
        np.testing.assert_array_equal(data.pixels(same), data.pixels(images))
    rows = data.pixels(halved)
    assert rows.shape == (2, 196) and rows.dtype == np.float32
    np.testing.assert_array_equal(rows[1], (halved[1].ravel() / 255).astype(np.float32))
    assert data.pixels(halved, np.float64).dtype == np.float64
    assert data.halve(np.full((1, 2, 2), 255, np.uint8)).item() == 255
    with pytest.raises(
        ValueError, match=r"images must be \(..., height, width\) with both even, got an array of shape \(2, 3, 4\)"
    ):
        data.halve(np.zeros((2, 3, 4), np.uint8))


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, gzip.compress], ids=["bytes", "bytearray", "memoryview", "gzip"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4)])
def test_an_idx_file_is_read_in_whatever_it_comes(shape: tuple[int, ...], wrap: Callable[[bytes], bytes]) -> None:
    array = GENERATOR.integers(256, size=shape).astype(np.uint8)
    np.testing.assert_array_equal(data.read_idx(wrap(idx(array))), array)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"\x89PNG", "must begin with 00 00 08, got 89 50 4e"),
        (b"", "must begin with 00 00 08, got nothing"),
        (idx(np.zeros((2, 3), np.uint8))[:-1], r"of shape \(2, 3\) must hold 18 bytes, got 17"),
        (idx(np.zeros((2, 3), np.uint8)) + b"0", r"of shape \(2, 3\) must hold 18 bytes, got 19"),
        (b"\0\0\x08\x03\0\0", "content with 3 axes must hold at least 16 bytes, got 6"),
        (b"\0\0\x08\x04" + 4 * b"\xff\xff\xff\xff", f"must hold {20 + (2**32 - 1) ** 4} bytes, got 20"),
        (b"\0\0\x08\xff" + 255 * b"\0\0\0\1" + b"\7", "must have at most 32 axes, got 255"),
        (gzip.compress(idx(np.zeros((2, 3), np.uint8)))[:-9], "must be a whole gzip file, got one that is damaged or cut short"),
    ],
    ids=["another kind", "empty", "truncated", "longer", "cut in its lengths", "overflowing", "axes", "cut gzip"],
)
def test_what_is_not_an_idx_file(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        data.read_idx(content)


def test_a_path_instead_of_bytes_is_refused_with_the_way_out() -> None:
    with pytest.raises(TypeError, match=r"content must be the bytes .* got 'images.gz'; of a file, they are pathlib.Path"):
        data.read_idx("images.gz")


def test_a_gzip_bomb_stops_at_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdcore.data.idx._MOST_BYTES", 10_000_000)
    with pytest.raises(ValueError, match="content must hold at most 10000000 bytes when it is decompressed, got more"):
        data.read_idx(gzip.compress(bytes(30_000_000)))
