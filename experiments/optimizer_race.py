"""The optimizers of the book raced against each other: as libraries ship them, then fairly.

    GDCORE_DATA=folder python -m experiments.optimizer_race shipped mnist language costs

- `shipped`: the race of Kneusel's figure 11-11. His four optimizers, 16,384 images of MNIST,
  minibatches of 128, 12 epochs, five runs each. He gives neither the network nor the settings: here
  it is that of `race_tasks.mnist`, on images halved to 14 × 14, without dropout, from He's start,
  with the settings of `race_entries.SHIPPED` at a constant rate.
- `mnist`: the same task, and every method of `race_entries.ENTRIES`. Each has the same budget: 30
  trials of its rate and one more constant, drawn as `race_entries` says, on runs of 3 epochs from
  one seed. The trial with the best validation accuracy wins (the lower loss among equals). Then the
  winner runs 12 epochs with ten fresh seeds, the same for all methods, and is looked at on the test
  images. All rates rise for 5 % of a run and fall along a cosine, but for schedule-free's, which
  stays. The winners of the first 1, 3 and 10 trials run too, where they are others.
- `language`: the same race on a small transformer that learns the book's prose word by word. It is
  tuned and raced by the loss on text that it has not seen. Shampoo, SOAP and SVRG do not take part:
  with a matrix row for each word, and so short a run, they would cost more than all others.
- `costs`: the processor time of a step of each method, in turns, for the reading by seconds. Wanted
  is a machine with nothing else to do.

Each writes experiments/results/optimizer_race_NAME.json. Killed and started again, it goes on from
the runs that were finished. `--trials`, `--runs`, `--budgets` and `--methods` make a smaller race,
whose runs are a part of the whole one's. The workers of a Dask cluster need GDCORE_DATA too.

What a result holds:

- `tuning`, by method: lists over the trials, the constants that were drawn and what the run was
  worth ("validation accuracy", "test loss", …);
- `winners`, by method and budget: the number of the trial that won;
- `runs`, by method and trial ("adam, trial 17"): the settings, and at each `step` that was looked
  at a row of "test accuracy" and the like, with a number for each of `seeds`. In `shipped` they are
  by optimizer and library. `evaluations` says how many gradients of a minibatch a run takes; random
  search takes none, but two losses a step.

Stored are smaller races than these, as `made_by` says, from two cores that had much else to do: 20
trials and five runs. On language the winners of 6 and of 10 trials ran too. There the trial that is
best on a quarter of the run need not be best on the whole: Lion's winner of 10 trials ends at a
larger loss than that of 6. Without options the commands above make the whole races.

How long it takes on one core with nothing else to do, at 1.7 ms a step: a run of 384 steps and its
looks 0.7 s, one of 1,536 steps 2.8 s, SVRG's three times that. So 18 methods with 30 trials take
(18 + 2) · 30 · 0.7 s = 7 minutes, their ten runs (18 + 2) · 10 · 2.8 s = 9 minutes, the winners of
smaller budgets at most thrice that, and `shipped` 9 · 5 · 2.8 s = 2 minutes. `language` has 480
steps of 3 ms, and a quarter of them where it tunes: 4 minutes, 5 minutes, at most thrice that. In
sum that is at most 70 minutes on one core, 35 on two.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread each: processes share the cores

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments.jobs import Work, command, experiment
from experiments.race_entries import ENTRIES, LEFT_OUT, SHIPPED, Entry
from experiments.race_tasks import TASKS, WARMUP, Run, Task, task_named, train
from gdcore import methods, results
from gdcore.minibatches import Minibatches

TUNING_SEED, FIRST_SEED, SHIPPED_SEED = 1, 100, 200
BUDGETS = (1, 3, 10, 30)
OPTIONS: dict[str, dict[str, Any]] = {
    "trials": {"type": int, "default": max(BUDGETS), "help": "of each method, by default 30"},
    "runs": {"type": int, "default": 10, "help": "of each winner, by default 10"},
    "budgets": {"type": int, "nargs": "+", "default": BUDGETS, "help": "numbers of trials whose winners are raced"},
    "methods": {"nargs": "+", "default": (), "choices": list(ENTRIES), "help": "by default all"},
}


def entries_of(task: Task, chosen: Iterable[str] = ()) -> list[Entry]:
    """Who takes part in the task, or those of them that are `chosen`."""
    names = [name for name in ENTRIES if name not in task.without]
    return [ENTRIES[name] for name in names if name in (list(chosen) or names)]


def run_of(name: str, entry: Entry, trial: int, seed: int, *, tuning: bool) -> Run:
    """A run that tunes, or one that is raced."""
    task = task_named(name)
    steps, every, parts = (task.short, 0, ("validation", "test")) if tuning else (task.steps, task.every, ("test",))
    return Run(name, entry.method, entry.settings(trial), entry.rate, entry.falls, None, steps, every, seed, parts)


def tuned(name: str, entries: list[Entry], trials: int, work: Work) -> dict[str, dict[str, Any]]:
    """The record of tuning by method: what each trial drew, and what its run was worth."""
    runs = [run_of(name, entry, k, TUNING_SEED, tuning=True) for k in range(1, trials + 1) for entry in entries]
    ends = [{key: values[-1] for key, values in record.items()} for record in work.all(train, [(each,) for each in runs])]
    found: dict[str, dict[str, Any]] = {}
    for place, entry in enumerate(entries):
        own = list(zip(runs, ends, strict=True))[place :: len(entries)]
        constants = [name for name in (entry.rate, entry.other) if name]
        found[entry.method] = {c: results.rounded([run.settings[c] for run, _ in own], 6) for c in constants}
        found[entry.method] |= {key: results.rounded([end[key] for _, end in own], 5) for key in own[0][1] if key != "step"}
    return found


def winner(record: dict[str, Any], score: str, budget: int) -> int:
    """Which of the first `budget` trials, counted from 1, was the best on validation."""
    losses = record["validation loss"][:budget]
    best = losses if score == "loss" else [-value for value in record[f"validation {score}"][:budget]]
    return 1 + min(range(budget), key=lambda k: (best[k], losses[k]))


def raced(name: str, wanted: list[tuple[Entry, int]], seeds: list[int], work: Work) -> dict[str, dict[str, Any]]:
    """By method and trial, the looks of its runs: (looks, seeds) for each measure."""
    runs = [run_of(name, entry, k, seed, tuning=False) for entry, k in wanted for seed in seeds]
    task, records = task_named(name), work.all(train, [(each,) for each in runs])
    batches = -(-len(task.data[0]) // task.batch_size)
    found = {}
    for place, (entry, k) in enumerate(wanted):
        settings = entry.settings(k)
        found[f"{entry.method}, trial {k}"] = {
            "settings": {key: value if isinstance(value, bool) else results.rounded(value, 6) for key, value in settings.items()},
            "evaluations": entry.evaluations(task.steps, batches, settings),
            **_together(records[place * len(seeds) : (place + 1) * len(seeds)]),
        }
    return found


def _together(records: list[dict[str, list[float]]]) -> dict[str, Any]:
    """The records of several seeds, a column for each."""
    names = [key for key in records[0] if key != "step"]
    return {"step": records[0]["step"]} | {
        key: results.rounded(np.transpose([record[key] for record in records]), 5) for key in names
    }


def fair(
    name: str, work: Work, entries: list[Entry], trials: int = max(BUDGETS), runs: int = 10, budgets: Sequence[int] = BUDGETS
) -> dict[str, Any]:
    """Tune every method with the same budget, then race the winners."""
    task = task_named(name)
    tuning = tuned(name, entries, trials, work)
    budgets = sorted({min(budget, trials) for budget in budgets}, reverse=True)
    winners = {e.method: {str(b): winner(tuning[e.method], task.score, b) for b in budgets} for e in entries}
    wanted = list(dict.fromkeys((e, winners[e.method][str(b)]) for b in budgets for e in entries))
    seeds = list(range(FIRST_SEED, FIRST_SEED + runs))
    return {
        "seeds": seeds,
        "batches_of_an_epoch": -(-len(task.data[0]) // task.batch_size),
        "winners": winners,
        "tuning": tuning,
        "runs": raced(name, wanted, seeds, work),
    }


def shipped(name: str, work: Work, runs: int = 5) -> dict[str, Any]:
    """The optimizers with the settings that libraries ship."""
    task = task_named(name)
    seeds = list(range(SHIPPED_SEED, SHIPPED_SEED + min(5, runs)))
    wanted = [
        Run(name, method, settings, "", False, state, task.steps, task.every, seed, ("test",))
        for method, settings, state in SHIPPED.values()
        for seed in seeds
    ]
    records = work.all(train, [(each,) for each in wanted])
    return {
        "seeds": seeds,
        "runs": {row: _together(records[k * len(seeds) : (k + 1) * len(seeds)]) for k, row in enumerate(SHIPPED)},
    }


def costs(name: str, turns: int = 20, steps: int = 5) -> dict[str, Any]:
    """Milliseconds of the processor for a gradient and a step of each method, the least of many."""
    task = task_named(name)
    batches = Minibatches(task.objective_of, *task.data, batch_size=task.batch_size)
    start = task.initialize(0)
    walks: dict[str, Callable[[int], Any]] = {e.method: partial(_walk, e, batches, [start, None]) for e in entries_of(task)}
    ways: dict[str, Callable[[int], Any]] = {"gradient": lambda t: batches.at(t).gradient(start), **walks}
    least = dict.fromkeys(ways, np.inf)
    for turn in range(turns):
        for way, step in ways.items():
            begin = time.process_time()
            for t in range(1 + turn * steps, 1 + (turn + 1) * steps):
                step(t)
            least[way] = min(least[way], (time.process_time() - begin) / steps)
    return {way: results.rounded(1000 * seconds, 4) for way, seconds in least.items()}


def _walk(entry: Entry, batches: Minibatches, at: list[Any], t: int) -> None:
    """A step of the method, from where `at` is. SVRG's gradients of all data are counted apart."""
    settings = entry.settings(1) | ({entry.whole: 2**30} if entry.whole else {})
    state = () if at[1] is None else (at[1],)
    at[0], at[1] = getattr(methods, entry.method)(batches.at(t), at[0], *state, **settings)


def run(
    name: str,
    jobs: int,
    backend: str,
    trials: int = max(BUDGETS),
    runs: int = 10,
    budgets: Sequence[int] = BUDGETS,
    methods: Sequence[str] = (),
    folder: Path | None = None,
) -> Path:
    """Do one race and write its result."""
    if name == "costs":
        return write_costs(list(TASKS), folder)
    with experiment(f"optimizer_race_{name}", jobs, backend) as work:
        task = task_named("mnist" if name == "shipped" else name)
        if name == "shipped":
            settings, found = _shipped_settings(), shipped("mnist", work, runs)
        else:
            entries = entries_of(task, methods)
            settings = {"trials": trials, "runs": runs, "budgets": list(budgets), **_settings(task, entries)}
            found = fair(name, work, entries, trials, runs, budgets)
        given = {"trials": trials, "runs": runs, "budgets": budgets, "methods": methods}
        return work.write(what=task.what, settings=settings, found=found, made_by=made_by(name, given), folder=folder)


def made_by(name: str, given: dict[str, Any]) -> str:
    """The command of a race, with the options that are not the usual ones."""
    words = ["python -m experiments.optimizer_race", name]
    for option, value in given.items():
        values = [str(each) for each in (value if isinstance(value, (list, tuple)) else [value])]
        usual = OPTIONS[option]["default"]
        if values != [str(each) for each in (usual if isinstance(usual, tuple) else [usual])]:
            words += [f"--{option}", *values]
    return " ".join(words)


def _settings(task: Task, entries: list[Entry]) -> dict[str, Any]:
    return {
        "steps": task.steps,
        "tuning_steps": task.short,
        "warmup": WARMUP,
        "score": task.score,
        "tuning_seed": TUNING_SEED,
        "left_out": {**LEFT_OUT, **task.without},
        "ranges": _ranges(entries),
    }


def _ranges(entries: list[Entry]) -> dict[str, Any]:
    return {
        e.method: {"rate": e.rate, "middle": e.middle, "other": e.other, "low": e.low, "high": e.high, "memory": e.memory}
        for e in entries
    }


def _shipped_settings() -> dict[str, Any]:
    return {row: {"method": method, **settings, "first_state": state} for row, (method, settings, state) in SHIPPED.items()}


def write_costs(names: list[str], folder: Path | None = None) -> Path:
    """Measure the costs of steps on these tasks and write them."""
    before = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return results.write(
        "optimizer_race_costs",
        what="milliseconds of the processor for the gradient of a minibatch and for a step of each method, one thread",
        made_by="python -m experiments.optimizer_race costs",
        settings={"tasks": names, "load_before": before, "trial": 1},
        found={name: costs(name) for name in names},
        folder=folder,
    )


if __name__ == "__main__":
    command(run, __doc__, names=["shipped", *TASKS, "costs"], options=OPTIONS)
