"""What the captions of the front page must say, computed anew."""

import numpy as np

from gdcore import words

SETTINGS = {
    "which_way_down": [
        {"rate": 0.004, "left_right": -0.5, "up_down": 2.3},
        {"rate": 0.02, "left_right": 3.5, "up_down": 0.3},
        {"rate": 0.03, "left_right": 1.5, "up_down": -1.7},
    ]
}
WALKERS = {"gradient descent": (0.0, 0), "momentum": (0.3, 0), "Nesterov": (0.3, 1)}


def height_of(rate, start, memory, ahead):
    """Each coordinate of the canyon is a recurrence of its own: the height is that of the 40th term."""
    height = 0.0
    for curvature, distance in zip((12, 80), np.array(start) - [1, 0.375], strict=True):
        before = now = distance
        for _ in range(40):
            drift = memory * (now - before)
            before, now = now, now + drift - rate * curvature * (now + ahead * drift)
        height += curvature / 2 * now**2
    return height


def which_way_down(rate, left_right, up_down):
    heights = {name: height_of(rate, (left_right, up_down), *memory) for name, memory in WALKERS.items()}
    nearest = min(heights, key=heights.get)
    begun = 6 * (left_right - 1) ** 2 + 40 * (up_down - 0.375) ** 2
    height = words.significant(heights[nearest]) if heights[nearest] >= 1e-12 else "less than 10⁻¹²"
    told = f"Lowest after 40 steps: {nearest}, {height} above the lowest point."
    higher = [name for name, height in heights.items() if height > begun]
    return told + (f" Higher up than at the start: {', '.join(higher)}." if higher else "")
