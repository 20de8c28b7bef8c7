"""What the captions of the chapter on a training run must say, from the committed trainings or computed anew by hand."""

import json
from math import log
from pathlib import Path

import numpy as np

from tests.captions import training_more
from tests.captions.training_more import clipping, diagnose, half_precision, twins  # noqa: F401

SETTINGS = {
    "rate_sweep": [
        {"method": "momentum", "budget": "800", "number": 13},
        {"method": "Adam", "budget": "100", "number": 5},
        {"method": "momentum", "budget": "25", "number": 19},
    ],
    "border_of_a_network": [{"network": 1}, {"network": 3}],
    "warm_ups": [{"method": "Adam", "warm": "80"}, {"method": "momentum", "warm": "0"}],
    "checkpoint_of_a_run": [
        {"way": "weights alone", "beta2": "0.999"},
        {"way": "no squares", "beta2": "0.99"},
        {"way": "schedule anew", "beta2": "0.999"},
    ],
    "going_on": [{"plan": "the whole rate again"}, {"plan": "late decay, from before it"}],
    "averaging": [
        {"horizon": "100", "schedule": "constant", "rate": "0.11"},
        {"horizon": "300", "schedule": "linear", "rate": "0.037"},
    ],
    "ramp_test": [{"method": "Adam", "run": 1}, {"method": "momentum", "run": 7}],
    "fine_tuning": [{"start": "all layers"}, {"start": "head alone"}],
}
SETTINGS |= training_more.SETTINGS
FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "results"


def stored(name):
    found = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))

    def numbers(value):
        if isinstance(value, list):
            return [numbers(each) for each in value]
        return float(value.replace("Infinity", "inf")) if value in ("Infinity", "NaN") else value

    return {key: numbers(value) if isinstance(value, list) else value for key, value in found.items()}, numbers


def two(x):
    """Two significant digits, from 0.01 to below 10,000 written out."""
    exponent = int(f"{x:.1e}".split("e")[1])
    if -2 <= exponent < 4:
        return f"{x:,.{max(0, 1 - exponent)}f}"
    return f"{x / 10.0**exponent:.1f}\u00a0·\u00a010" + "".join("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".index(c)] for c in str(exponent))


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def rate_sweep(method, budget, number):
    found, numbers = stored("practice")
    losses = numbers(found["sweep"][method])[found["settings"]["budgets"].index(int(budget))]
    rates = found["settings"]["rates"][method]
    medians = [median(row) for row in losses]
    best = medians.index(min(medians))
    works = [max(row) < log(10) for row in losses]
    last = works.index(True)
    while works[last + 1]:
        last += 1
    end = medians[number - 1]
    told = f"ends at {end:.2f}" if end < float("inf") else "diverges"
    first = f"After {budget} steps the best rate is {two(rates[best])}, {rates[last] / rates[best]:.0f} times smaller than"
    return f"{first} the largest that works. At the rate {two(rates[number - 1])} the median run {told}."


def border_of_a_network(network):
    found, numbers = stored("practice")
    one, multiples = found["border"][network - 1], found["settings"]["border"]
    ends, heights = numbers(one["last"]), numbers(one["highest"])
    first = next(m for m, h in zip(multiples, heights, strict=True) if h > 1.01)
    best, over = multiples[ends.index(min(ends))], [m for m, e in zip(multiples, ends, strict=True) if e > log(10)]
    broken = f"At {over[0]:.2g} times it ends" if over else "None of these rates ends"
    seen = f"the loss first climbs at {first:.2g} times this rate and is best after 100 steps at {best:.2g} times"
    return f"2/λmax = {two(2 / one['top'])}; {seen}. {broken} above guessing."


def warm_ups(method, warm):
    found, numbers = stored("practice_runs")
    rates = found["settings"]["warm_rates"][method]
    told = []
    for length in (warm, "0"):
        works = [max(row) < 1 for row in numbers(found["warm_up"][f"{method}, {length}"])]
        last = works.index(True)
        while last + 1 < len(works) and works[last + 1]:
            last += 1
        told.append(two(rates[last]))
    losses = numbers(found["warm_up"][f"{method}, {warm}"])
    choosing = [median(row[:5]) for row in losses]
    best = choosing.index(min(choosing))
    mean = sum(losses[best][5:]) / 5
    works = f"up to the rate {told[0]}, without warm-up up to {told[1]}"
    return f"{works}. The best rate is {two(rates[best])}, its mean loss {mean:.3f}."


def spirals(seed):
    """The 300 points of the page, from the formula of the spirals."""
    generator, labels = np.random.default_rng(seed), np.arange(300) % 3
    r = generator.uniform(0.05, 1, 300)
    a = 2 * np.pi * (0.75 * r + labels / 3)
    return r[:, None] * np.stack([np.cos(a), np.sin(a)], axis=1) + generator.normal(0, 0.03, (300, 2)), labels


def passed(W, x, labels):
    """The loss of a network of ReLUs and its gradient, matrix by matrix."""
    layers, a = [], x
    for k in range(0, 6, 2):
        z = a @ W[k] + W[k + 1]
        layers.append((a, z))
        a = np.maximum(z, 0) if k < 4 else z
    a = a - a.max(axis=1, keepdims=True)
    e = np.exp(a)
    delta = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(len(x))
    loss = (np.log(e.sum(axis=1)) - a[rows, labels]).mean()
    delta[rows, labels] -= 1
    delta, gradient = delta / len(x), []
    for k in (4, 2, 0):
        below, z = layers[k // 2]
        delta = delta if k == 4 else delta * (z > 0)
        gradient = [below.T @ delta, delta.sum(axis=0), *gradient]
        delta = delta @ W[k].T
    return loss, gradient


def checkpoint_of_a_run(way, beta2):
    """Adam written out, eight networks one after the other."""
    beta2, jumps, ends = float(beta2), [], []
    x, labels = spirals(0)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    for seed in range(8):
        generator, W = np.random.default_rng(seed), []
        for fan_in, fan_out in ((2, 32), (32, 32), (32, 3)):
            W += [generator.normal(0, (2 / fan_in) ** 0.5, (fan_in, fan_out)), np.zeros(fan_out)]
        s, r, counter, shift, seen = [0.0] * 6, [0.0] * 6, 0, 0, []
        for t in range(1, 301):
            if t == 151:
                seen.append(passed(W, x, labels)[0])
                if way in ("weights alone", "no counter"):
                    counter = 0
                if way in ("weights alone", "counter alone"):
                    s, r = [0.0] * 6, [0.0] * 6
                if way == "no squares":
                    r = [0.0] * 6
                shift = 150 if way == "schedule anew" else 0
            epoch, place = divmod(t - 1, 10)
            rows = np.random.default_rng([seed, epoch + 1]).permutation(300)[30 * place : 30 * place + 30]
            _, g = passed(W, x[rows], labels[rows])
            counter, now = counter + 1, t - shift
            rate = 0.01 * now / 15 if now <= 15 else 0.01 * max(1 - (now - 16) / 285, 0)
            for k in range(6):
                s[k], r[k] = 0.9 * s[k] + 0.1 * g[k], beta2 * r[k] + (1 - beta2) * g[k] ** 2
                up, down = s[k] / (1 - 0.9**counter), r[k] / (1 - beta2**counter)
                W[k] = W[k] - rate * up / (np.sqrt(down) + 1e-8)
            if t > 150 and t % 2 == 0:
                seen.append(passed(W, x, labels)[0])
        jumps.append(max(seen[:16]) / seen[0])
        ends.append(seen[-1])
    jump = median(jumps)
    told = "does not rise" if jump < 1.005 else f"rises to {two(jump)} times its value"
    return f"the loss {told}. It ends at {two(median(ends))}."


def going_on(plan):
    found, numbers = stored("practice_runs")
    losses = numbers(found["longer"][plan])
    middle, last = (sum(row) / len(row) for row in (losses[len(losses) // 2], losses[-1]))
    return f"At the planned end the mean loss is {middle:.3f}, after twice the steps {last:.3f}."


def averaging(horizon, schedule, rate):
    found, numbers = stored("practice_runs")
    settings = found["settings"]
    column = [two(each) for each in settings["average_rates"]].index(rate)
    last = numbers(found["averages"][schedule]["losses"])[-1]
    point, average = (sum(last[k][column]) / len(last[k][column]) for k in (0, 1 + settings["horizons"].index(int(horizon))))
    gain = 100 * (1 - average / point)
    return f"horizon {horizon} is at {average:.3f}, {abs(gain):.1f} % {'lower' if gain > 0 else 'higher'} than the last point."


def ramp_test(method, run):
    found, numbers = stored("practice")
    losses = [row[run - 1] for row in numbers(found["ramp"][method]["losses"])]
    means = []
    for k in range(len(losses)):
        window = [min(each, 1000) for each in losses[max(0, k - 8) : k + 1]]
        means.append(sum(window) / len(window))
    rates, low = found["ramp"][method]["rates"], means.index(min(means))
    broken = next(k for k in range(low + 1, len(means)) if means[k] > log(10))
    return f"lowest at the rate {two(rates[low])} and above guessing from {two(rates[broken])} on."


def fine_tuning(start):
    found, _ = stored("practice_runs")
    names = ["from new weights", "all layers", "head 10 × faster", "head alone"]
    one = found["fine_tuning"][names.index(start)]
    scores = [median(row[:5]) for row in one["accuracy"]]
    best = scores.index(max(scores))
    counted = one["accuracy"][best][5:]
    way = 100 * median(one["moved"][best])
    rate, mean = two(found["settings"]["fine_rates"][best]), sum(counted) / len(counted)
    return f"The best rate is {rate}: accuracy {mean:.3f}, and the lower layers move by {way:.0f} %"
