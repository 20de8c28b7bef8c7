"""What the captions of the chapter on fair races must say, each computed in another way than on the page."""

import itertools
import math

import numpy as np
import scipy.stats

from gdcore import results, words

SETTINGS = {
    "draw_some_runs": [
        {"pair": "momentum or none", "runs": 1, "draw": 4},
        {"pair": "both tuned", "runs": 5, "draw": 7},
        {"pair": "two kinds of batches", "runs": 22, "draw": 1},
    ],
    "histograms": [{"shown": "momentum or none"}, {"shown": "and η = 0.2 without"}],
    "shuffled_labels": [{"pair": "momentum or none", "runs": 3}, {"pair": "two kinds of batches", "runs": 22}],
    "how_many_runs": [{"effect": 1.0, "runs": 5}, {"effect": 0.25, "runs": 100}, {"effect": 3.0, "runs": 2}],
    "some_of_a_hundred": [{"runs": 5, "by": "mean"}, {"runs": 22, "by": "median"}, {"runs": 1, "by": "mean"}],
    "both_tuned": [{"steps": 40000, "axis": "rate η"}, {"steps": 2000, "axis": "effective rate η/(1 − μ)"}],
    "where_to_try": [
        {"way": "grid", "count": 9, "seed": 3},
        {"way": "random", "count": 16, "seed": 2},
        {"way": "quasi-random", "count": 25, "seed": 8},
    ],
    "tuning_budget": [
        {"task": "MNIST", "trials": 3, "mark": "Adam"},
        {"task": "MNIST", "trials": 10, "mark": "SGD"},
        {"task": "prose", "trials": 1, "mark": "Muon"},
    ],
    "learning_curves": [
        {"axis": "steps", "mark": "Adam"},
        {"axis": "seconds", "mark": "Muon"},
        {"axis": "gradients", "mark": "Nadam"},
    ],
    "peeking": [{"looks": "after every run"}, {"looks": "once, at 50 runs"}],
}


def mcc(name):
    return results.read(f"fashion_mnist_{name}")["mcc"]


def of_pair(pair):
    if pair == "both tuned":
        measured = results.read("fashion_mnist_rates")["measured"]
        return "With momentum", "without", measured["momentum"]["mcc"], measured["plain"]["mcc"]
    if pair == "two kinds of batches":
        return "Shuffled", "drawn anew", mcc("headline_epochs"), mcc("headline")
    return "With momentum", "without", mcc("momentum"), mcc("plain")


def draw_some_runs(pair, runs, draw):
    """By SciPy's interval of Welch's test."""
    first, second, *both = of_pair(pair)
    generator = np.random.default_rng([draw, runs])
    a, b = (generator.choice(scores, runs, replace=False) for scores in both)
    said = f"{first} {np.mean(a):.4f}, {second} {np.mean(b):.4f}. The difference is {np.mean(a) - np.mean(b):.4f}"
    if runs == 1:
        return said + "."
    low, high = scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    return f"{said}, with a 95 % interval from {low:.4f} to {high:.4f}."


def histograms(shown):
    other, rate = (mcc("plain"), 1) if shown == "momentum or none" else (mcc("small_rate"), 0.2)
    return f"Lowest with momentum: {sorted(mcc('momentum'))[0]:.4f}. Highest without, η = {rate}: {sorted(other)[-1]:.4f}."


def shuffled_labels(pair, runs):
    """Each shuffling by the sum of its first half alone."""
    a, b = (np.array(scores[:runs]) for scores in of_pair(pair)[2:])
    both = np.concatenate([a, b])
    mixed = np.random.default_rng(0).permuted(np.tile(both, (4999, 1)), axis=1)
    gaps = (2 * mixed[:, :runs].sum(axis=1) - both.sum()) / runs
    gap = a.mean() - b.mean()
    larger = int((np.abs(gaps) >= abs(gap) - 1e-12).sum())
    return f"Observed: {gap:.4f}. As large are {words.number(larger)} of 4,999 shufflings: p = {(1 + larger) / 5000:.4f}."


def power_of(effect, runs):
    """By integrating over the spread that the test sees."""
    degrees = 2 * runs - 2
    quantile, shift = scipy.stats.t.ppf(0.975, degrees), effect * math.sqrt(runs / 2)
    shares = (np.arange(4000) + 0.5) / 4000
    spread = np.sqrt(scipy.stats.chi2.ppf(shares, degrees) / degrees)
    above, below = scipy.stats.norm.sf(quantile * spread - shift), scipy.stats.norm.cdf(-quantile * spread - shift)
    return float((above + below).mean())


def how_many_runs(effect, runs):
    generator = np.random.default_rng([int(100 * effect), runs])
    a, b = generator.normal(effect, 1, (25, runs)), generator.normal(0, 1, (25, runs))
    hits = int((scipy.stats.ttest_ind(a, b, axis=1).pvalue < 0.05).sum())
    enough = next(n for n in itertools.count(2) if power_of(effect, n) >= 0.8)
    share = power_of(effect, runs)
    return f"The test finds it in {share:.0%} of experiments, here in {hits} of 25. For 80 % it needs {enough} runs of each."


def some_of_a_hundred(runs, by):
    scores = np.array(mcc("hundred"))
    drawn = np.random.default_rng(runs).permuted(np.tile(scores, (2000, 1)), axis=1)[:, :runs]
    told = np.sort(drawn.sum(axis=1) / runs if by == "mean" else np.quantile(drawn, 0.5, axis=1))
    low, high = (np.percentile(told, share) for share in (2.5, 97.5))
    lucky = np.mean(drawn.min(axis=1) > 0.8)
    return f"95 % of the {by}s lie from {low:.3f} to {high:.3f}. In {lucky:.0%} of the draws no run has failed."


def both_tuned(steps, axis):
    found = results.read("fashion_mnist_rates")
    k, told = found["recorded_steps"].index(steps), {}
    for method, rates in found["settings"]["rates"].items():
        told[method] = max((curve[k], rate) for curve, rate in zip(found["validation_curves"][method], rates, strict=True))
    (plain, its_rate), (momentum, other_rate) = told["plain"], told["momentum"]
    return (
        f"After {steps:,} steps the best of five rates is {its_rate:g} without momentum ({plain:.3f}) "
        f"and {other_rate:g} with it ({momentum:.3f})."
    )


def moons(n, noise, seed):
    from gdcore.data import two_moons

    return two_moons(n, noise=noise, seed=seed)


def loss_after(rate, mu):
    """The network of two layers written out, its gradient by the chain rule, one trial alone."""
    from gdcore.networks import Dense, Network, tanh, xavier

    network = Network([Dense(2, 8), tanh, Dense(8, 2)])
    w = network.initialize(xavier, 0)
    ((W, b), _, (V, c)) = ([np.array(part) for part in layer] for layer in network.unpack(w))
    parts, (x, labels) = [W, b, V, c], moons(64, 0.2, 0)
    speeds = [np.zeros_like(part) for part in parts]

    def outputs(parts, x):
        hidden = np.tanh(x @ parts[0] + parts[1])
        logits = hidden @ parts[2] + parts[3]
        return hidden, logits - scipy.special.logsumexp(logits, axis=1, keepdims=True)

    for _ in range(30):
        hidden, logs = outputs(parts, x)
        delta = (np.exp(logs) - np.eye(2)[labels]) / len(x)
        back = (delta @ parts[2].T) * (1 - hidden**2)
        slopes = [x.T @ back, back.sum(axis=0), hidden.T @ delta, delta.sum(axis=0)]
        speeds = [mu * v - rate * g for v, g in zip(speeds, slopes, strict=True)]
        parts = [part + v for part, v in zip(parts, speeds, strict=True)]
    x, labels = moons(250, 0.2, 1)
    return min(10.0, -outputs(parts, x)[1][np.arange(len(x)), labels].mean())


def where_to_try(way, count, seed):
    generator = np.random.default_rng(seed)
    if way == "grid":
        side = [(k + 0.5) / math.isqrt(count) for k in range(math.isqrt(count))]
        points = [(u, v) for v in side for u in side]
    elif way == "random":
        points = generator.uniform(size=(count, 2)).tolist()
    else:
        points = scipy.stats.qmc.Halton(2, scramble=True, rng=generator).random(count).tolist()
    trials = [(10 ** (3 * u - 2), 1 - 10 ** (2 * v - 2)) for u, v in points]
    losses = [loss_after(*trial) for trial in trials]
    k = min(range(count), key=lambda i: losses[i])
    rates = math.isqrt(count) if way == "grid" else count
    return (
        f"{count} trials try {rates} rates. The best finds the loss {losses[k]:.3f}, "
        f"at η = {trials[k][0]:.2g} and μ = {trials[k][1]:.2f}."
    )


def peeking(looks):
    """By SciPy's test at each look."""
    at = {"after every run": range(3, 51), "once, at 50 runs": [50]}[looks]
    generator = np.random.default_rng(0)
    one, other = (generator.normal(size=(4000, 50)).astype(np.float32).astype(float) for _ in range(2))
    hits = np.zeros(4000, bool)
    for n in at:
        hits |= scipy.stats.ttest_ind(one[:, :n], other[:, :n], axis=1).pvalue < 0.05
    return f"Tested {looks}, {hits.mean():.0%} of 4,000 experiments find a difference where there is none."


SEEN = {"gradient_descent": "SGD", "adam": "Adam", "muon": "Muon", "svrg": "SVRG", "momentum": "momentum", "lion": "Lion"}
SEEN |= {"nesterov": "Nesterov", "schedule_free": "schedule-free", "adagrad": "AdaGrad", "normalized_gradient": "normalized"}
SEEN |= {"rmsprop": "RMSProp", "adadelta": "Adadelta", "adamw": "AdamW", "nadam": "Nadam", "amsgrad": "AMSGrad", "soap": "SOAP"}
SEEN |= {"shampoo": "Shampoo", "random_search": "random search"}
FILES = {"MNIST": "mnist", "prose": "language"}


def race_of(task):
    return results.read(f"optimizer_race_{FILES[task]}")


def last_scores(task, method, budget):
    """Errors or perplexities of the fresh runs, at each look."""
    race = race_of(task)
    record = race["runs"][f"{method}, trial {race['winners'][method][str(budget)]}"]
    if task == "MNIST":
        return record, 1 - np.array(record["test accuracy"])
    return record, np.array([[math.exp(min(loss, math.log(1000))) for loss in row] for row in record["test loss"]])


def score(task, value):
    return f"{100 * value:.2f} %" if task == "MNIST" else f"{value:.1f}"


def tuning_budget(task, trials, mark):
    """Holm's rule by one comparison after the other, the paired test by that of a single sample, the best by chances left."""
    method = next(name for name, seen in SEEN.items() if seen == mark)
    race = race_of(task)
    names, most = list(race["winners"]), race["settings"]["trials"]
    trials = min(trials, most)
    budget = min([b for b in race["settings"]["budgets"] if b >= trials] or [max(race["settings"]["budgets"])])
    means = {}
    for name in names:
        tried = race["tuning"][name]
        if task == "MNIST":
            pairs = [(1 - v, 1 - t) for v, t in zip(tried["validation accuracy"], tried["test accuracy"], strict=True)][:most]
            pairs = [(min(v, 0.9), min(t, 0.9)) for v, t in pairs]
        else:
            rows = zip(tried["validation loss"], tried["test loss"], strict=True)
            pairs = [tuple(math.exp(min(loss, math.log(1000))) for loss in row) for row in rows][:most]
        # The k-th from the worst is kept if all others that are drawn are no better: chances by the share that is left.
        left, mean = 1.0, 0.0
        for place, (_, test) in enumerate(sorted(pairs, key=lambda pair: pair[0])):
            rest = ((len(pairs) - place - 1) / len(pairs)) ** trials
            mean, left = mean + (left - rest) * test, rest
        means[name] = mean
    order = sorted(names, key=means.get)
    ends = {name: last_scores(task, name, budget)[1][-1] for name in names}
    first = min(ends, key=lambda name: ends[name].mean())
    sgd = ends["gradient_descent"]
    tests = sorted((scipy.stats.ttest_1samp(ends[name] - sgd, 0).pvalue, name) for name in ends if name != "gradient_descent")
    told = next((k for k, (p, _) in enumerate(tests) if not p < 0.05 / (len(tests) - k)), len(tests))
    better = sum(ends[name].mean() < sgd.mean() for _, name in tests[:told])
    said = f"Best of {trials}: {SEEN[order[0]]} leads with {score(task, means[order[0]])}, {SEEN[method]} is in place "
    said += f"{1 + order.index(method)}. Fresh runs of the best of {budget}: {SEEN[first]} leads with "
    return said + f"{score(task, ends[first].mean())}, and {better} of {len(tests)} are better than SGD by the tests."


def learning_curves(axis, mark):
    """Where the mean curve, drawn on a logarithmic axis, first meets the last score of SGD."""
    method, told = next(name for name, seen in SEEN.items() if seen == mark), []
    for task, file in FILES.items():
        race = race_of(task)
        budget = max(race["settings"]["budgets"])
        goal = last_scores(task, "gradient_descent", budget)[1][-1].mean()
        record, scores = last_scores(task, method, budget)
        costs = results.read("optimizer_race_costs")[file]
        gradients = record["evaluations"] / race["settings"]["steps"]
        own = costs[method] + ((gradients - 2) * costs["gradient"] if method == "svrg" else 0)
        unit = {"steps": 1.0, "gradients": gradients, "seconds": own / costs["gradient_descent"]}[axis]
        at = np.linspace(0, record["step"][-1], 200_001)
        line = np.interp(at, record["step"], np.log(scores.mean(axis=1)))
        met = np.flatnonzero(line <= np.log(goal) + 1e-12)
        told.append(f"{task}: after {unit * at[met[0]] / at[-1]:.2f}" if len(met) else f"{task}: never")
    return f"{SEEN[method]} reaches the last score of SGD, in runs of SGD: {', '.join(told)}."
