"""What the captions of the front page must say, computed anew."""

from gdcore.objectives import canyon

SETTINGS = {
    "which_way_down": [
        {"method": "gradient descent", "rate": 0.004},
        {"method": "momentum", "rate": 0.004},
        {"method": "momentum", "rate": 0.02},
        {"method": "gradient descent", "rate": 0.03},
    ]
}


def which_way_down(method, rate):
    """Each coordinate of the canyon is a recurrence of its own: the height is that of the 40th term."""
    memory = 0.0 if method == "gradient descent" else 0.3
    height = 0.0
    for curvature, distance in ((12, -1.5), (80, 2.3 - 0.375)):
        before = now = distance
        for _ in range(40):
            before, now = now, now - rate * curvature * now + memory * (now - before)
        height += curvature / 2 * now**2
    start = canyon().value(canyon().minima[0] + [-1.5, 1.925]) - canyon().value(canyon().minima[0])
    return (
        "higher up than where it started"
        if height > start
        else f"{height:.3g} above"
        if height >= 1e-12
        else "less than 10⁻¹² above"
    )
