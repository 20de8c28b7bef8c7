"""The PyTorch code of the chapter on a training run does what its NumPy code does. Only where PyTorch is installed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
BOOK = Path(__file__).resolve().parents[1] / "book" / "training.ipynb"
CELLS = {cell["id"]: "".join(cell["source"]) for cell in json.loads(BOOK.read_text("utf-8"))["cells"]}


def blocks(cell):
    """The Python code of a text cell."""
    return re.findall(r"```python\n(.*?)```", CELLS[cell], re.S)


@pytest.fixture
def training():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3)).double()
    inputs, targets = torch.randn(400, 2, dtype=torch.double), torch.randint(0, 3, (400,))
    loss_function = torch.nn.CrossEntropyLoss()
    loss = loss_function(model(inputs), targets)
    return {"torch": torch, "model": model, "inputs": inputs, "targets": targets, "loss_function": loss_function, "loss": loss}


def test_update_ratio_and_norm(training, capsys):
    ratio, norm = blocks("probe-ratio-torch")
    model = training["model"]
    training["optimizer"] = torch.optim.SGD(model.parameters(), lr=0.1)
    training["loss"].backward()
    length = float(torch.sqrt(sum((p.grad**2).sum() for p in model.parameters())))
    weight, slope = model[0].weight.detach().clone(), model[0].weight.grad.clone()
    exec(ratio, training)
    expected = float(0.1 * slope.norm() / weight.norm())
    assert f"0.weight: {expected:.1e}" in capsys.readouterr().out
    training |= {"threshold": length / 2, "norms": []}
    exec(norm, training)
    assert training["norms"][0] == pytest.approx(length)
    assert "clipped 100%" in capsys.readouterr().out


def test_sharpness(training, capsys):
    (code,) = blocks("probe-sharpness-torch")
    parameters = list(training["model"].parameters())
    slopes = torch.cat([g.reshape(-1) for g in torch.autograd.grad(training["loss"], parameters, create_graph=True)])
    rows = [torch.autograd.grad(each, parameters, retain_graph=True, allow_unused=True) for each in slopes]
    hessian = np.array([np.concatenate([g.numpy().ravel() for g in row]) for row in rows])
    training["rate"] = 0.1
    exec(code, training)
    assert 0.8 * np.linalg.eigvalsh(hessian)[-1] < training["sharpness"] < 1.001 * np.linalg.eigvalsh(hessian)[-1]
    assert "border 20.0" in capsys.readouterr().out


def test_critical_batch(training, capsys):
    (code,) = blocks("probe-batch-torch")
    numpy_part = {"np": np}
    exec(CELLS["probe-batch"], numpy_part)
    training["critical_batch"] = numpy_part["critical_batch"]
    exec(code, training)
    parameters, each = list(training["model"].parameters()), []
    for x, t in zip(training["inputs"], training["targets"], strict=True):
        loss = training["loss_function"](training["model"](x[None]), t[None])
        each.append(np.concatenate([g.numpy().ravel() for g in torch.autograd.grad(loss, parameters)]))
    mean, trace = np.mean(each, axis=0), np.var(each, axis=0).sum()
    squares = [training["mean_square"](size, draws=400) for size in (16, 256)]
    for size, found in zip((16, 256), squares, strict=True):
        assert found == pytest.approx((mean**2).sum() + trace / size, rel=0.15)


def test_silent_units(training, capsys):
    (code,) = blocks("probe-silent-torch")
    with torch.no_grad():
        training["model"][0].bias[:4] = -100.0  # four units of sixteen are silent
    exec(code, training)
    assert training["silent"]["1"] >= 0.25
    assert float(training["logits"].abs().max()) == pytest.approx(float(training["model"](training["inputs"]).abs().max()))
