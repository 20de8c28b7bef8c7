"""Second-order methods, each one step as in `gdcore.methods`; line searches; products with the Hessian and its eigenvalues.

| file | holds |
|---|---|
| `newton` | newton, gauss_newton |
| `conjugate` | conjugate_gradient |
| `quasi_newton` | bfgs, lbfgs |
| `line_searches` | exact_line_search, backtracking, wolfe_line_search |
| `spectrum` | hessian_vector_product, top_eigenvalues |

Newton's and Gauss and Newton's method broadcast over leading axes of w. Line searches, conjugate gradients, BFGS and L-BFGS take
one start (d,), since each run would search on its own, and refuse others by name.
"""

from gdcore.curvature.conjugate import conjugate_gradient
from gdcore.curvature.line_searches import backtracking, exact_line_search, wolfe_line_search
from gdcore.curvature.newton import gauss_newton, newton
from gdcore.curvature.quasi_newton import bfgs, lbfgs
from gdcore.curvature.spectrum import hessian_vector_product, top_eigenvalues

__all__ = [
    "backtracking",
    "bfgs",
    "conjugate_gradient",
    "exact_line_search",
    "gauss_newton",
    "hessian_vector_product",
    "lbfgs",
    "newton",
    "top_eigenvalues",
    "wolfe_line_search",
]
