"""Test functions: landscapes to descend, whose derivatives and minima are known.

Their bodies take coordinates apart by `x, y = w.T`, which serves one point (d,) and any stack of
points (..., d) alike; what they compute for a stack is turned back by another `.T`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdcore import validation
from gdcore.arrays import Array
from gdcore.objectives.objective import Objective


def parabola() -> Objective:
    """The parabola L(x) = 6x² − 12x + 3, of dimension 1 and curvature 12.

    The minimum is 1, of value −3. Source: Kneusel, equation 11.2.

    >>> parabola().value([1])
    np.float64(-3.0)
    """
    return _along_the_axes("parabola", curvature=[12], slope=[12], constant=3, box=[[-1, 3]])


def bowl() -> Objective:
    """A bowl: L(x, y) = 6x² + 9y² − 12x − 14y + 3, with eigenvalues 12 and 18.

    The minimum is (1, 7/9). Source: Kneusel, figure 11-3.

    >>> bowl().value([1, 0])
    np.float64(-3.0)
    """
    return _along_the_axes("bowl", curvature=[12, 18], slope=[12, 14], constant=3, box=[[-1, 3], [-1, 3]])


def canyon() -> Objective:
    """A canyon forty to six: L(x, y) = 6x² + 40y² − 12x − 30y + 3, with eigenvalues 12 and 80.

    The minimum is (1, 3/8). Source: Kneusel, figure 11-4.

    >>> canyon().value([1, 0])
    np.float64(-3.0)
    """
    return _along_the_axes("canyon", curvature=[12, 80], slope=[12, 30], constant=3, box=[[-1, 3], [-2, 3]])


def _along_the_axes(name: str, curvature: ArrayLike, slope: ArrayLike, constant: float, box: ArrayLike) -> Objective:
    """L(w) = ½ Σ hᵢ wᵢ² − Σ bᵢ wᵢ + c with every curvature hᵢ > 0: the minimum is bᵢ / hᵢ."""
    h, b = np.asarray(curvature, float), np.asarray(slope, float)

    def value(w: Array) -> Array:
        return ((h.astype(w.dtype, copy=False) / 2 * w - b.astype(w.dtype, copy=False)) * w).sum(axis=-1) + constant

    def gradient(w: Array) -> Array:
        return h.astype(w.dtype, copy=False) * w - b.astype(w.dtype, copy=False)

    def hessian(w: Array) -> Array:
        return np.broadcast_to(np.diag(h).astype(w.dtype), (*w.shape, h.size))

    return Objective(name, value, gradient, hessian, minima=(b / h)[np.newaxis], box=np.asarray(box, float), dimension=h.size)


def quadratic(eigenvalues: ArrayLike, angle: float = 0.0, centre: ArrayLike | None = None) -> Objective:
    """The quadratic L(w) = ½ (w − c)ᵀ H (w − c) with given eigenvalues, turned by an angle.

    The eigenvectors are the axes, of which the first two are turned together: the first eigenvector
    is (cos angle, sin angle). `eigenvalues` is (d,), of any sign; `angle` is in radians; `centre`
    is c, (d,), by default 0. The minimum is c if all eigenvalues are positive; otherwise there is
    no single one and `minima` is None.
    Raises ValueError or TypeError for eigenvalues or a centre that are not a list of finite
    numbers, for a centre of another dimension, and for an angle that is no finite number, or not 0
    in one dimension.
    Source: Bishop and Bishop, equations 7.7 to 7.11.

    >>> quadratic([1, 4]).gradient([1, 1]), quadratic([1, 4], centre=[1, 0]).gradient([1, 1])
    (array([1., 4.]), array([0., 4.]))
    """
    spectrum = validation.numbers("eigenvalues", eigenvalues, axes=1, shape="(d,)").astype(float)
    angle = validation.number("angle", angle)
    if angle != 0 and spectrum.size == 1:
        raise ValueError(f"angle must be 0 in one dimension, got {angle!r} and one of eigenvalues")
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    block = (turn * spectrum[:2]) @ turn.T if angle != 0 else None  # of the two coordinates that are turned
    middle = None if centre is None else validation.numbers("centre", centre, axes=1, shape="(d,)").astype(float)
    if middle is not None and middle.size != spectrum.size:
        raise ValueError(f"centre must have as many numbers as eigenvalues, {spectrum.size}, got {validation.shown(centre)}")

    def from_centre(w: Array) -> Array:
        return w if middle is None else w - middle.astype(w.dtype, copy=False)

    def product(v: Array) -> Array:
        g = spectrum.astype(v.dtype, copy=False) * v
        if block is not None:
            g[..., :2] = v[..., :2] @ block.astype(v.dtype, copy=False)
        return g

    def value(w: Array) -> Array:
        v = from_centre(w)
        return (v * product(v)).sum(axis=-1) / 2

    lowest = np.zeros(spectrum.size) if middle is None else middle

    def hessian(w: Array) -> Array:
        matrix = np.diag(spectrum).astype(w.dtype)
        if block is not None:
            matrix[:2, :2] = block
        return np.broadcast_to(matrix, (*w.shape, spectrum.size))

    return Objective(
        name="quadratic",
        value=value,
        gradient=lambda w: product(from_centre(w)),
        hessian=hessian,
        hessian_vector=lambda w, v: product(v),
        minima=lowest[np.newaxis] if (spectrum > 0).all() else None,
        box=lowest[:, np.newaxis] + [-2.0, 2.0],
        dimension=spectrum.size,
    )


def two_wells() -> Objective:
    """Two wells of unequal depth: L(x, y) = −2 exp(−½((x+1)² + (y−1)²)) − exp(−½((x−1)² + (y+1)²)).

    Each well's tail shifts the other's minimum: they lie not at (∓1, ±1) but at (∓0.98038…,
    ±0.98038…) of value −2.01903… and at (±0.89397…, ∓0.89397…) of value −1.04418…, upper signs
    first for the deep one, lower for the shallow one. Between them is a saddle at (0.36407…,
    −0.36407…). Far out the function is flat.
    Source: Kneusel, equation 11.4.

    >>> two_wells().minima.round(4)
    array([[-0.9804,  0.9804],
           [ 0.894 , -0.894 ]])
    """

    def depths(x: Array, y: Array) -> tuple[Array, Array]:
        deep = 2 * np.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2)
        shallow = np.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)
        return deep, shallow

    def value(w: Array) -> Array:
        x, y = w.T
        deep, shallow = depths(x, y)
        return (-deep - shallow).T

    def gradient(w: Array) -> Array:
        x, y = w.T
        deep, shallow = depths(x, y)
        return _vector(deep * (x + 1) + shallow * (x - 1), deep * (y - 1) + shallow * (y + 1))

    def hessian(w: Array) -> Array:
        x, y = w.T
        deep, shallow = depths(x, y)
        return _symmetric(
            deep * (1 - (x + 1) ** 2) + shallow * (1 - (x - 1) ** 2),
            -deep * (x + 1) * (y - 1) - shallow * (x - 1) * (y + 1),
            deep * (1 - (y - 1) ** 2) + shallow * (1 - (y + 1) ** 2),
        )

    minima = np.array([[-0.9803836355776621, 0.9803836355776621], [0.8939741041006756, -0.8939741041006756]])
    return Objective("two wells", value, gradient, hessian, minima=minima, box=np.array([[-2.0, 2.0], [-2.0, 2.0]]), dimension=2)


def saddle() -> Objective:
    """A saddle between two valleys: L(x, y) = ½ x² − ½ y² + ¼ y⁴.

    At the saddle (0, 0) the eigenvalues are 1 and −1; the minima are (0, 1) and (0, −1), of value
    −¼.

    >>> saddle().value([0, 1])
    np.float64(-0.25)
    """

    def value(w: Array) -> Array:
        x, y = w.T
        return (x**2 / 2 + (y**2 / 4 - 1 / 2) * y**2).T

    def gradient(w: Array) -> Array:
        x, y = w.T
        return _vector(x, (y**2 - 1) * y)

    def hessian(w: Array) -> Array:
        x, y = w.T
        return _symmetric(1 + 0 * x, 0 * x, 3 * y**2 - 1)

    minima = np.array([[0.0, 1.0], [0.0, -1.0]])
    return Objective("saddle", value, gradient, hessian, minima=minima, box=np.array([[-1.5, 1.5], [-1.5, 1.5]]), dimension=2)


def rosenbrock() -> Objective:
    """Rosenbrock's curved valley: L(x, y) = (1 − x)² + 100 (y − x²)².

    The minimum is (1, 1), of value 0, where the Hessian's condition number is about 2508.
    Source: Rosenbrock 1960.

    >>> rosenbrock().value([1, 1])
    np.float64(0.0)
    """

    def value(w: Array) -> Array:
        x, y = w.T
        return ((1 - x) ** 2 + 100 * (y - x**2) ** 2).T

    def gradient(w: Array) -> Array:
        x, y = w.T
        return _vector(-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2))

    def hessian(w: Array) -> Array:
        x, y = w.T
        return _symmetric(2 - 400 * (y - 3 * x**2), -400 * x, 200 + 0 * y)

    minima = np.array([[1.0, 1.0]])
    return Objective("Rosenbrock", value, gradient, hessian, minima=minima, box=np.array([[-2.0, 2.0], [-1.0, 3.0]]), dimension=2)


def beale() -> Objective:
    """Beale's function: L(x, y) = Σ (cᵢ − x + x yⁱ)² over i = 1, 2, 3 with c = 1.5, 2.25, 2.625.

    The minimum is (3, ½), of value 0; far out along x the floor is nearly flat, and at (0, 1) is a
    saddle.
    Source: Beale 1958.

    >>> beale().value([3, 0.5])
    np.float64(0.0)
    """

    def residuals(x: Array, y: Array) -> tuple[Array, Array, Array]:
        return 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**2 * y

    def value(w: Array) -> Array:
        x, y = w.T
        r1, r2, r3 = residuals(x, y)
        return (r1**2 + r2**2 + r3**2).T

    def gradient(w: Array) -> Array:
        x, y = w.T
        r1, r2, r3 = residuals(x, y)
        along_x = r1 * (y - 1) + r2 * (y**2 - 1) + r3 * (y**2 * y - 1)
        along_y = x * (r1 + 2 * r2 * y + 3 * r3 * y**2)
        return _vector(2 * along_x, 2 * along_y)

    def hessian(w: Array) -> Array:
        x, y = w.T
        r1, r2, r3 = residuals(x, y)
        xx = (y - 1) ** 2 + (y**2 - 1) ** 2 + (y**2 * y - 1) ** 2
        xy = r1 + 2 * r2 * y + 3 * r3 * y**2 + x * ((y - 1) + 2 * y * (y**2 - 1) + 3 * y**2 * (y**2 * y - 1))
        yy = x * (2 * r2 + 6 * r3 * y) + x**2 * (1 + 4 * y**2 + 9 * y**2 * y**2)
        return _symmetric(2 * xx, 2 * xy, 2 * yy)

    minima = np.array([[3.0, 0.5]])
    return Objective("Beale", value, gradient, hessian, minima=minima, box=np.array([[-4.5, 4.5], [-4.5, 4.5]]), dimension=2)


def himmelblau() -> Objective:
    """Himmelblau's function of four equal minima: L(x, y) = (x² + y − 11)² + (x + y² − 7)².

    All four have the value 0. Source: Himmelblau 1972.

    >>> himmelblau().minima.round(2)
    array([[ 3.  ,  2.  ],
           [-2.81,  3.13],
           [-3.78, -3.28],
           [ 3.58, -1.85]])
    """

    def value(w: Array) -> Array:
        x, y = w.T
        return ((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2).T

    def gradient(w: Array) -> Array:
        x, y = w.T
        first, second = x**2 + y - 11, x + y**2 - 7
        return _vector(4 * x * first + 2 * second, 2 * first + 4 * y * second)

    def hessian(w: Array) -> Array:
        x, y = w.T
        first, second = x**2 + y - 11, x + y**2 - 7
        return _symmetric(8 * x**2 + 4 * first + 2, 4 * (x + y), 8 * y**2 + 4 * second + 2)

    minima = np.array(
        [
            [3.0, 2.0],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.2831859912861696],
            [3.5844283403304917, -1.8481265269644036],
        ]
    )
    return Objective("Himmelblau", value, gradient, hessian, minima=minima, box=np.array([[-5.0, 5.0], [-5.0, 5.0]]), dimension=2)


def _vector(*components: Array) -> Array:
    """Components, each of the shape of a coordinate in `x, y = w.T`, as one array (..., d)."""
    vector = np.empty((*components[0].shape[::-1], len(components)), components[0].dtype)
    for i, component in enumerate(components):
        vector.T[i] = component
    return vector


def _symmetric(xx: Array, xy: Array, yy: Array) -> Array:
    """The symmetric 2 × 2 matrices of these entries, (..., 2, 2)."""
    matrix = np.empty((*xx.shape[::-1], 2, 2), xx.dtype)
    matrix.T[0, 0], matrix.T[1, 1] = xx, yy
    matrix.T[0, 1] = matrix.T[1, 0] = xy
    return matrix
