"""What SciPy's BFGS and L-BFGS-B need from listed starts: `python tests/reference/minimizers_scipy.py`, from the root.

Writes minimizers_scipy.json: gradient evaluations, iterations and the end of each run, the tolerance, and SciPy's version.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import minimize

from gdcore import objectives

TOLERANCE = 1e-5
# The largest component of the gradient stops both; nothing else may.
METHODS = {
    "bfgs": ("BFGS", {"gtol": TOLERANCE}),
    "lbfgs": ("L-BFGS-B", {"gtol": TOLERANCE, "ftol": 0.0, "maxfun": 10**6, "maxiter": 10**6}),
}
OBJECTIVES = {
    "rosenbrock": objectives.rosenbrock(),
    "beale": objectives.beale(),
    "himmelblau": objectives.himmelblau(),
    "quadratic": objectives.quadratic(np.geomspace(1, 1e4, 50)),
}
STARTS = {
    "rosenbrock": [[-1.2, 1.0], [0.0, 0.0], [-1.0, -1.0], [2.0, 2.0], [-2.0, 2.5], [1.5, -1.0]],
    "beale": [[1.0, 1.0], [0.0, 0.0], [4.0, 0.0], [2.0, -1.0], [3.0, -2.0], [1.0, 0.8]],
    "himmelblau": [[0.0, 0.0], [1.0, 1.0], [-1.0, 1.0], [-4.0, -4.0], [4.0, -3.0], [-3.0, 3.0], [0.5, -5.0]],
    "quadratic": [[1.0] * 50, [i / 10 for i in range(50)], [(-1.0) ** i for i in range(50)]],
}


def main():
    runs = []
    for name, objective in OBJECTIVES.items():
        for start in STARTS[name]:
            for method, (theirs, options) in METHODS.items():
                result = minimize(objective.value, start, jac=objective.gradient, method=theirs, options=options)
                end = float(np.abs(objective.gradient(result.x)).max())
                assert end <= TOLERANCE, (name, start, result.message)
                runs.append(
                    {"method": method, "objective": name, "start": start, "gradients": int(result.njev), "steps": int(result.nit)}
                )
    facts = {"scipy": scipy.__version__, "tolerance": TOLERANCE, "runs": runs}
    Path(__file__).with_suffix(".json").write_text(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
