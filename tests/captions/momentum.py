"""What the captions of the chapter on momentum must say, each computed in another way than on the page."""

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from gdcore.descent import descend
from gdcore.methods import momentum as heavy_ball
from gdcore.methods import nesterov
from gdcore.objectives import quadratic, two_wells

SETTINGS = {
    "momentum_on_the_canyon": [
        {"learning_rate": 0.02, "momentum": 0.31, "method": "momentum"},
        {"learning_rate": 0.0165, "momentum": 0.4, "method": "Nesterov", "left_right": 3.5, "up_down": -1.22},
        {"learning_rate": 0.048, "momentum": 0.9, "method": "momentum"},
    ],
    "out_of_the_well": [
        {"momentum": 0.9, "start": 2.6},
        {"momentum": 0.76, "start": 3.6},
        {"momentum": 0.96, "start": 1.2},
        {"momentum": 0.985, "start": 3.0},
    ],
    "rate_map": [
        {"curvature": 0.1, "momentum": 0.45},
        {"curvature": 0.01, "momentum": 0.2},
        {"curvature": 3.981, "momentum": 0.5},
        {"curvature": 1.0, "momentum": 0.0},
    ],
    "nesterov_geometry": [{"momentum": 0.75}, {"momentum": 0.4}],
    "ball_in_a_cycle": [{"start": 3.3}, {"start": -3.0}, {"start": 1.5}],
    "noise_and_momentum": [{"learning_rate": 0.1, "momentum": 0.9}, {"learning_rate": 0.02, "momentum": 0.5}],
}


def momentum_on_the_canyon(learning_rate, momentum, method, left_right=-0.5, up_down=2.3):
    """Each coordinate of the canyon is a recurrence of its own."""

    def arrival(share, look_ahead):
        before = now = np.array([left_right - 1, up_down - 0.375])
        last_far = 0
        for step in range(1, 101):
            drift = share * (now - before)
            before, now = now, now + drift - learning_rate * np.array([12, 80]) * (now + look_ahead * drift)
            if np.hypot(*now) > 1e-6:
                last_far = step
        return f"from step {last_far + 1}" if last_far < 100 else "not yet"

    return f"the ball {arrival(momentum, method == 'Nesterov')}, the walker {arrival(0.0, False)}"


def ball_in_a_cycle(start):
    """The cycle solves three linear equations, one of them with the push of the outer branch."""
    if start == 1.5:
        return "From this start the ball arrives, as the others do."
    turn = np.roll(np.eye(3), 1, axis=1)  # the next point
    around = turn - (1 + 4 / 9 - 25 / 9) * np.eye(3) + 4 / 9 * turn.T
    points = np.sort(np.linalg.solve(around, [0, 0, 24 / 9]))
    return "The ball does not arrive: it visits {:.2f}, {:.2f}, {:.2f} in turn.".format(*points)


def out_of_the_well(momentum, start):
    """The same run in the plane of the two wells."""
    run = descend(heavy_ball, two_wells(), np.array([start, -start]) / np.sqrt(2), 500, learning_rate=0.2, momentum=momentum)
    along = run.points @ [1, -1] / np.sqrt(2)
    crossings = np.flatnonzero(np.diff(along < 0.36407403855173476 * np.sqrt(2))) + 1
    times = (
        f"crosses the barrier {len(crossings)} × (first at step {crossings[0]})"
        if len(crossings)
        else "never crosses the barrier"
    )
    well = "deep" if along[-1] < 0 else "shallow"
    return f"The ball {times} and after 500 steps lies in the {well} well, at u = {along[-1]:.3f}."


def rate_map(curvature, momentum):
    exact = 10 ** round(np.log10(curvature), 1)
    roots = np.roots([1, exact - 1 - momentum, momentum])
    radius = np.abs(roots).max()
    if radius >= 1 or radius == 0:
        word = "diverges" if radius else "lands in one step"
    elif np.iscomplex(roots).any():
        word = "oscillates"
    else:
        word = "creeps in monotonically" if roots.max() > 0 else "alternates"
    return f"The ball {word}. Spectral radius {radius:.3f}"


def nesterov_geometry(momentum):
    loss, start, velocity = quadratic([1.0, 8.0], angle=0.25), np.array([-1.5, 0.35]), np.array([1.0, -1.0])
    three, five = (method(loss, start, velocity, learning_rate=0.09, momentum=momentum)[0] for method in (heavy_ball, nesterov))
    return f"The loss is {loss.value(three):.2f} at point 3 (momentum), {loss.value(five):.2f} at point 5 (Nesterov)"


def noise_and_momentum(learning_rate, momentum):
    """The stationary covariance C of (w, v) solves C = T C Tᵀ + η² (1, 1)ᵀ(1, 1)."""

    def spread(share):
        step = np.array([[1 - learning_rate, share], [-learning_rate, share]])
        return np.sqrt(solve_discrete_lyapunov(step, learning_rate**2 * np.ones((2, 2)))[0, 0])

    return f"ball {spread(momentum):.3f} by the formula"
