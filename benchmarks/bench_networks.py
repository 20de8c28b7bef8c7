"""Networks: minibatches a second on Kneusel's Fashion-MNIST network, beside what a reader would use instead and the floor.

The network is 196-100-50-10 with sigmoids and squared error, in float32, plain gradient descent on minibatches of 64 out of
60,000, one thread a process. The floor is the time of its matrix products alone, at these shapes, on arrays that stay in the
cache. All ways are timed in turns, in seconds of the processor, and their best turns compared, so that other load on the machine
counts for little; the two processes are timed by the clock on the wall, begun together, and need two free cores.
PyTorch takes its batches from a DataLoader, as its tutorials do, or by an index into the data, which is faster.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import contextlib
import multiprocessing
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Barrier

import numpy as np

from benchmarks.network_rivals import Way, jax_ways, torch_convolutional, torch_ways
from gdcore.descent import descend
from gdcore.methods import gradient_descent, momentum
from gdcore.minibatches import Minibatches
from gdcore.networks import (
    Convolution,
    Dense,
    Flatten,
    MaxPool,
    Network,
    he,
    one_hot,
    relu,
    sigmoid,
    small_uniform,
    softmax_cross_entropy,
    squared_error,
)

BATCH, DATA = 64, 60_000
NETWORK = Network([Dense(196, 100), sigmoid, Dense(100, 50), sigmoid, Dense(50, 10), sigmoid])
TURNS = 40


def data() -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of the shapes of the real ones: what they show does not change the time."""
    generator = np.random.default_rng(0)
    return generator.random((DATA, 196), dtype=np.float32), one_hot(generator.integers(10, size=DATA), 10, np.float32)


def floor(steps: int) -> None:
    """The eight matrix products of a step, again and again."""
    a, d1, d2, d3 = (np.ones((BATCH, n), np.float32) for n in (196, 100, 50, 10))
    W1, W2, W3 = (np.ones(shape, np.float32) for shape in ((196, 100), (100, 50), (50, 10)))
    for _ in range(steps):
        a @ W1, d1 @ W2, d2 @ W3  # forward
        d2.T @ d3, d1.T @ d2, a.T @ d1  # gradients
        d3 @ W3.T, d2 @ W2.T  # back


def ours(x: np.ndarray, targets: np.ndarray, method: Callable, models: int = 0) -> Way:
    """Training by gdcore's public interface, of one network or of several at once."""
    seeds = list(range(models)) if models else 0
    batches = Minibatches(partial(NETWORK.objective, squared_error), x, targets, batch_size=BATCH, seed=seeds)
    start = NETWORK.initialize(small_uniform, seeds, np.float32)
    return lambda steps: descend(method, batches, start, steps, learning_rate=1.0, record_every=0)


def others(x: np.ndarray, targets: np.ndarray) -> tuple[dict[str, Way], dict[str, str]]:
    """The ways of other libraries that work here, and why others do not."""
    ways: dict[str, Way] = {}
    absent: dict[str, str] = {}
    makers = {"PyTorch": partial(torch_ways, x, targets, BATCH), "JAX": partial(jax_ways, x, targets, BATCH, NETWORK)}
    for library, make in makers.items():
        try:
            made = make()
        except ModuleNotFoundError:
            absent[library] = "not installed"
            continue
        for name, way in made.items():
            try:
                way(5)
            except Exception as error:  # such as no compiler for torch.compile
                absent[name] = f"fails here ({type(error).__name__})"
            else:
                ways[name] = way
    return ways, absent


def rates(ways: dict[str, Way], minibatches: dict[str, int], steps: int = 150) -> dict[str, float]:
    """Minibatches a second of each way, the best of several turns; `minibatches` are those of one step, where not one."""
    best: dict[str, float] = {}
    for _ in range(TURNS):
        for name, way in ways.items():
            each = minibatches.get(name, 1)
            count = max(steps // each, 15)
            begin = time.process_time()
            way(count)
            best[name] = max(best.get(name, 0.0), count * each / (time.process_time() - begin))
    return best


def _in_a_process(models: int, barrier: Barrier, results: multiprocessing.Queue) -> None:
    """Minibatches a second in each of several turns, begun together with the other process."""
    way = ours(*data(), gradient_descent, models)
    way(20)
    turns = []
    for _ in range(3 * TURNS):
        barrier.wait()
        begin = time.perf_counter()
        way(30)
        turns.append(30 * models / (time.perf_counter() - begin))
    results.put(turns)


def two_processes(models: int) -> float:
    """Minibatches a second of two processes in sum, with so many models in each: the best turn."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    processes = [context.Process(target=_in_a_process, args=(models, barrier, results)) for _ in range(2)]
    for process in processes:
        process.start()
    turns = np.array([results.get() for _ in processes])
    for process in processes:
        process.join()
    return float(turns.sum(axis=0).max())


def convolutional() -> dict[str, float]:
    """Gradients a second of the convolutional network of the race, on 128 images of 14 × 14, by us and by PyTorch."""
    generator = np.random.default_rng(0)
    x, labels = generator.random((128, 14, 14, 1), dtype=np.float32), generator.integers(10, size=128)
    layers = [Convolution(1, 8, 3), relu, MaxPool(2), Convolution(8, 16, 3), relu, MaxPool(2), Flatten((2, 2, 16)), Dense(64, 10)]
    network = Network(layers)
    objective, w = network.objective(softmax_cross_entropy, x, labels), network.initialize(he, dtype=np.float32)
    ways: dict[str, Way] = {"gdcore": lambda steps: [objective.gradient(w) for _ in range(steps)]}
    with contextlib.suppress(ModuleNotFoundError):
        ways["PyTorch eager"] = torch_convolutional(x, labels)
    return rates(ways, {}, steps=15)


def main() -> None:
    x, targets = data()
    several = (1, 4, 11, 22)
    ways = {"floor": floor, "gdcore": ours(x, targets, gradient_descent), "gdcore, momentum": ours(x, targets, momentum)}
    ways |= {f"gdcore, {models} models at once": ours(x, targets, gradient_descent, models) for models in several[1:]}
    rest, absent = others(x, targets)
    found = rates({**ways, **rest}, {f"gdcore, {models} models at once": models for models in several})
    found["gdcore, 2 processes of 11 models, in sum"] = two_processes(11)
    allowed = {"gdcore": "≥ 0.45 of the floor", "gdcore, 2 processes of 11 models, in sum": "≥ 0.9 of the floor"}
    eager = {name: found["gdcore"] / rate for name, rate in found.items() if name.startswith("PyTorch eager")}
    allowed |= {name: f"gdcore ≥ 3 × this: {ratio:.1f} ×" for name, ratio in eager.items()}
    print("### Networks: the Fashion-MNIST network, minibatches of 64, float32, one thread a process\n")
    print("| way | minibatches/s | of the floor | asked for |\n|---|---|---|---|")
    for name, rate in found.items():
        print(f"| {name} | {rate:,.0f} | {rate / found['floor']:.2f} | {allowed.get(name, '')} |")
    for name, why in absent.items():
        print(f"| {name} | {why} | | |")
    print("\nGradients of the race's convolutional network (3 × 3 to 8 and to 16 channels) on 128 images of 14 × 14:", end=" ")
    print("; ".join(f"{name} {rate:.0f}/s" for name, rate in convolutional().items()) + ".")


if __name__ == "__main__":
    main()
