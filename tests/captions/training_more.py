"""What the captions of the second half of the chapter on a training run must say, computed apart from its cells."""

import json
import struct
from pathlib import Path

import numpy as np

from gdcore.data import spirals
from gdcore.descent import descend
from gdcore.methods import adam
from gdcore.networks import Dense, Network, he, relu, softmax, softmax_cross_entropy

SETTINGS = {
    "diagnose": [
        {"run": 3, "test": "ten examples alone", "cause": "hidden"},
        {"run": 11, "test": "share of clipped steps", "cause": "shown"},
        {"run": 20, "test": "same batch twice", "cause": "hidden"},
    ],
    "clipping": [
        {"threshold": "0.3 × median", "method": "momentum", "outliers": "with outliers"},
        {"threshold": "none", "method": "Adam", "outliers": "as they come"},
    ],
    "half_precision": [
        {"scale": "2²", "kind": "float16", "what": "δ of each example"},
        {"scale": "2²⁸", "kind": "float16", "what": "δ of each example"},
        {"scale": "1", "kind": "bfloat16", "what": "g², after division by S"},
    ],
    "twins": [
        {"rate": "8 × the usual", "place": "MNIST, Adam, tanh"},
        {"rate": "1 × the usual", "place": "Fashion-MNIST, momentum, ReLU"},
    ],
}
RESULTS = Path(__file__).resolve().parents[2] / "experiments" / "results"


def stored(name):
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def significant(x):
    """Two significant digits, as captions write them from 0.01 to below 10,000; else only where it is 0 or 1 digit more."""
    if x == "NaN" or x == "Infinity":
        return "not a number"
    exponent = int(f"{x:.1e}".split("e")[1])
    if x == 0:
        return "0"
    if -2 <= exponent < 4:
        return f"{float(f'{x:.1e}'):,.{max(0, 1 - exponent)}f}"
    return f"{x / 10.0**exponent:.1f}\u00a0·\u00a010" + "".join("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".index(c)] for c in str(exponent))


def diagnose(run, test, cause):
    found = stored("practice_curves")
    order = np.random.default_rng(4).permutation(found["settings"]["faults"])
    log = found["curves"][order[run - 1]]
    answer = {
        "ten examples alone": lambda: f"After 400 steps on ten examples their loss is {significant(log['ten'])}.",
        "share of clipped steps": lambda: f"{round(100 * log['clipped'])} % of the steps were clipped.",
        "same batch twice": lambda: f"Twice backward without a step: the gradient is {significant(log['twice'])} times as long.",
    }[test]()
    best = f"at best {round(100 * max(log['accuracy']))} %. "
    return best + answer + (" Cause: " if cause == "shown" else "")


def clipping(threshold, method, outliers):
    found = stored("practice_tails")
    settings = found["settings"]
    times = float("inf") if threshold == "none" else float(threshold.split()[0])
    norms = found["norms"]["language"][0]
    share = sum(norm > times * settings["typical"] for norm in norms) / len(norms)
    row = [float(c) if c != "Infinity" else float("inf") for c in settings["thresholds"]].index(times)
    medians = [sorted(float(x) for x in runs)[len(runs) // 2] for runs in found["losses"][method][outliers][row]]
    longer = f"{round(100 * share)} % of the logged gradients are longer than the threshold."
    return f"{longer} The best median loss is {min(medians):.2f}, at"


def as_half(x):
    try:
        return struct.unpack("e", struct.pack("e", x))[0]
    except OverflowError:
        return float("inf")


def half_precision(scale, kind, what):
    """The network anew, its formats by Python's own half-precision numbers."""
    if kind == "bfloat16":
        bits = struct.unpack("I", struct.pack("f", 1e-8))[0]
        nearest = struct.unpack("f", struct.pack("I", (bits + 0x8000) >> 16 << 16))[0]
        return f"0.0 % become inf. In bfloat16, ε = 10⁻⁸ is stored as {significant(nearest)}."
    points, labels = spirals(300, classes=3, seed=0)
    network = Network([Dense(2, 64), relu, Dense(64, 64), relu, Dense(64, 3)])
    task = network.objective(softmax_cross_entropy, points, labels)
    w = descend(adam, task, network.initialize(he, 0), 400, learning_rate=3e-3, record_every=0).points[-1]
    (W1, b1), _, (W2, b2), _, (W3, b3) = network.unpack(w)
    hidden = np.maximum(np.maximum(points @ W1 + b1, 0) @ W2 + b2, 0)
    error = softmax(hidden @ W3 + b3)
    error[np.arange(300), labels] -= 1
    sizes = np.abs((error / 300) @ W3.T)[hidden > 0]
    power = int("".join("0123456789"["⁰¹²³⁴⁵⁶⁷⁸⁹".index(c)] for c in scale[1:])) if scale != "1" else 0
    stored_as = [as_half(float(size) * 2.0**power) for size in sizes if size > 0]
    lost = 100 * sum(x == 0 for x in stored_as) / len(stored_as)
    over = 100 * sum(x == float("inf") for x in stored_as) / len(stored_as)
    return f"{lost:.1f} % of the entries become 0, {over:.1f} % become inf. In float16, ε = 10⁻⁸ is stored as 0."


def twins(rate, place):
    pairs = stored("practice_twins")[place.split(",")[0]][rate.split()[0]]
    parted = sum(pair["apart"][-1] > 1e-4 for pair in pairs)
    most = max(abs(pair["usual"][1] - pair["backwards"][1]) for pair in pairs)
    return f"{parted} of {len(pairs)} pairs end more than 10⁻⁴ apart. Twins differ by up to {100 * most:.1f} points"
