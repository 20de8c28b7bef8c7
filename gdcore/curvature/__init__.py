"""Second-order methods, each one step as in `gdcore.methods`, and what is known of the Hessian
without writing it out.

| module | holds |
|---|---|
| `newton` | newton, gauss_newton |
| `trust` | trust_region |
| `conjugate` | conjugate_gradient |
| `quasi_newton` | bfgs, lbfgs |
| `spectrum` | hessian_vector_product, top_eigenvalues |

Newton's method, with a trust region too, and Gauss and Newton's broadcast over leading axes of w.
Conjugate gradients, BFGS and L-BFGS take one start (d,), since each run would search on its own,
and refuse others by name. The line searches are in `gdcore.line_searches`.
"""

from gdcore.curvature.conjugate import conjugate_gradient
from gdcore.curvature.newton import gauss_newton, newton
from gdcore.curvature.quasi_newton import bfgs, lbfgs
from gdcore.curvature.spectrum import hessian_vector_product, top_eigenvalues
from gdcore.curvature.trust import trust_region

__all__ = [
    "bfgs",
    "conjugate_gradient",
    "gauss_newton",
    "hessian_vector_product",
    "lbfgs",
    "newton",
    "top_eigenvalues",
    "trust_region",
]
