"""One right call of every public callable of gdcore.networks, for test_every_callable.py."""

import copy

import numpy as np

from gdcore import methods, networks
from gdcore.minibatches import Minibatches
from gdcore.networks import BatchNorm, Dense, Network, tanh

X, LABELS = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]], [1, 0, 1, 1]
VECTORS = [[1.0, 0.0], [0.0, 2.0], [1.0, 1.0], [0.0, 1.0]]
SMALL = Network([Dense(2, 2), tanh, Dense(2, 2)])
NORMED = Network([Dense(2, 2), BatchNorm(2)])
W = [1.0, 2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 1.0, 0.0, 2.0, -1.0, 1.0]
MODEL = networks.LanguageModel(3, positions=2, features=2, heads=1, blocks=1, hidden=2)
W_MODEL = np.linspace(-1, 1, MODEL.dimension).tolist()
SEQUENCES = [[0, 1, 2], [2, 1, 0]]
MOMENTS = [1.0, 0.0, 4.0, 2.0]


def layer(kind, front):
    """The layer's output for ones; its arguments are those of the class."""
    shape = {"Dense": (1, 2), "Flatten": (1, 2, 3), "Activation": (1, 2)}.get(kind, front)

    def make(**sizes):
        made = getattr(networks, kind)(**sizes)
        made.output_shape(shape[1:])
        a = np.arange(np.prod(shape), dtype=float).reshape(shape)
        return made.forward(tuple(np.ones(s) for s in made.shapes), a)[0]

    return make


def embedded(vocabulary, features, positions):
    """What an embedding of ones makes of two tokens."""
    layer = networks.Embedding(vocabulary, features, positions)
    return layer.forward(tuple(np.ones(s) for s in layer.shapes), np.array([[1, 0]]))[0]


def language_model(**sizes):
    """A model's first logits."""
    model = networks.LanguageModel(**sizes)
    return model.logits(model.initialize(), [[0, 1]])


def by_rule(name):
    """First weights by a rule, from a new generator each time."""

    def draw(shape, fan_in, fan_out, **constant):
        return getattr(networks, name)(np.random.default_rng(0), shape, fan_in, fan_out, **constant)

    return draw


def look(network, loss, x, targets, batches, running, decay, steps, w):
    """What an observer sees, without the time."""
    made = networks.observer(network, loss, x, targets, batches=batches, running=running, decay=decay, steps=steps)
    return {key: value for key, value in made(1, w, None).items() if key != "seconds"}


def of_networks():
    """By the callable's name."""
    batches = Minibatches(lambda x, t: NORMED.objective(networks.squared_error, x, t), X, VECTORS, batch_size=2)
    objective = SMALL.objective(networks.softmax_cross_entropy, X, VECTORS)
    value, gradient = networks.squared_error.value.function, networks.squared_error.gradient.function
    _, kept = SMALL.forward(W, X)
    rule = dict(shape=[3, 2], fan_in=3, fan_out=2)
    data = dict(loss=networks.softmax_cross_entropy, x=X)
    outputs = dict(outputs=[[0.0, 1.0], [3.0, 2.0], [1.0, 2.0], [0.0, -1.0]], labels=LABELS)
    calls = {
        "Activation": (layer("Activation", None), dict(name="mine", function=np.tanh, slope=lambda a: 1 - a * a)),
        "AveragePool": (layer("AveragePool", (1, 2, 2, 1)), dict(size=2)),
        "BatchNorm": (layer("BatchNorm", (3, 2)), dict(features=2, rank=1, epsilon=0.5, moments=[[1.0, 2.0], [4.0, 1.0]])),
        "CausalAttention": (layer("CausalAttention", (2, 3, 4)), dict(features=4, heads=2)),
        "Convolution": (layer("Convolution", (1, 2, 3, 1)), dict(inputs=1, outputs=2, kernel=2)),
        "Dense": (layer("Dense", None), dict(inputs=2, outputs=3)),
        "Embedding": (embedded, dict(vocabulary=3, features=2, positions=2)),
        "Flatten": (layer("Flatten", None), dict(shape=(2, 3))),
        "LanguageModel": (
            language_model,
            dict(vocabulary=3, positions=2, features=4, heads=2, blocks=1, hidden=3, norm="post", tied=True),
        ),
        "LanguageModel.mask": (MODEL.mask, dict(words=("gain",))),
        "LanguageModel.initialize": (MODEL.initialize, dict(seed=1, dtype=np.float64)),
        "LanguageModel.initialize, several": (MODEL.initialize, dict(seed=[1, 0])),
        "LanguageModel.logits": (MODEL.logits, dict(w=W_MODEL, tokens=[[0, 1], [2, 0]])),
        "LanguageModel.losses": (MODEL.losses, dict(w=W_MODEL, sequences=SEQUENCES)),
        "LanguageModel.loss_and_gradient": (MODEL.loss_and_gradient, dict(w=W_MODEL, sequences=SEQUENCES)),
        "LanguageModel.objective": (lambda sequences: MODEL.objective(sequences).gradient(W_MODEL), dict(sequences=SEQUENCES)),
        "LanguageModel.objective(...).hessian_vector": (
            MODEL.objective(SEQUENCES).hessian_vector,
            dict(w=W_MODEL, v=W_MODEL[::-1]),
        ),
        "LanguageModel.sample": (MODEL.sample, dict(w=W_MODEL, start=[0, 1], count=2, seed=1, temperature=0.5)),
        "Layer": (networks.Layer, {}),
        "LayerNorm": (layer("LayerNorm", (3, 2)), dict(features=2, rank=1, epsilon=0.5)),
        "PositionwiseDense": (layer("PositionwiseDense", (1, 3, 2)), dict(inputs=2, outputs=3)),
        "RMSNorm": (layer("RMSNorm", (3, 2)), dict(features=2, rank=1, epsilon=0.5)),
        "Residual": (layer("Residual", (3, 2)), dict(layers=(networks.relu,))),
        "MaxPool": (layer("MaxPool", (1, 2, 2, 1)), dict(size=2)),
        "Loss": (lambda **parts: networks.Loss(**parts).gradient(X, VECTORS), dict(name="mine", value=value, gradient=gradient)),
        "Network": (lambda layers: Network(layers).outputs(W, X), dict(layers=SMALL.layers)),
        "Network.output_shape": (SMALL.output_shape, dict(shape=(2,))),
        "Network.initialize": (SMALL.initialize, dict(rule=networks.he, seed=1, dtype=np.float64)),
        "Network.initialize, several": (SMALL.initialize, dict(rule=networks.he, seed=[1, 0])),
        "Network.unpack": (lambda w: copy.deepcopy(SMALL.unpack(w)), dict(w=W)),
        "Network.forward": (lambda w, x: SMALL.forward(w, x)[0], dict(w=W, x=X)),
        "Network.backward": (lambda w, delta: SMALL.backward(w, kept, delta), dict(w=W, delta=VECTORS)),
        "Network.objective": (lambda **given: SMALL.objective(**given).gradient(W), dict(data, targets=VECTORS)),
        "Network.objective, labels": (lambda **given: SMALL.objective(**given).value(W), dict(data, targets=LABELS)),
        "Network.objective(...).value": (objective.value, dict(w=W)),
        "Network.objective(...).gradient": (objective.gradient, dict(w=W)),
        "Network.objective(...).hessian_vector": (objective.hessian_vector, dict(w=W, v=W[::-1])),
        "Network.outputs": (SMALL.outputs, dict(w=W, x=X)),
        "Network.statistics": (NORMED.statistics, dict(w=W[:10], x=X)),
        "Network.with_statistics": (
            lambda statistics: NORMED.with_statistics(statistics).outputs(W[:10], X),
            dict(statistics=MOMENTS),
        ),
        "accuracy": (networks.accuracy, outputs),
        "confusion_matrix": (networks.confusion_matrix, outputs),
        "matthews_correlation": (networks.matthews_correlation, dict(confusion=[[5.0, 1.0], [2.0, 4.0]])),
        "one_hot": (networks.one_hot, dict(labels=LABELS, classes=3, dtype=np.float32)),
        "fold_statistics": (networks.fold_statistics, dict(running=MOMENTS, batch=[0.0, 1.0, 1.0, 1.0], decay=0.5)),
        "observer": (
            look,
            dict(data, network=NORMED, targets=LABELS, batches=batches, running=MOMENTS, decay=0.5, steps=0, w=W[:10]),
        ),
        "train_language": (
            lambda **given: networks.train_language(**given).w,
            dict(
                model=MODEL,
                tokens=[0, 1, 2, 0, 1, 2, 2],
                method=methods.momentum,
                steps=3,
                validation_tokens=[0, 1, 2, 0],
                every=2,
                batch_size=2,
                seed=1,
                clip=0.5,
                start=W_MODEL,
                first_step=1,
                learning_rate=0.125,
            ),
        ),
        "softmax": (networks.softmax, dict(z=[1.0, 2.0])),
        "zeros": (by_rule("zeros"), rule),
        "small_uniform": (by_rule("small_uniform"), dict(rule, half_width=0.5)),
        "gaussian": (by_rule("gaussian"), dict(rule, deviation=0.5)),
        "he": (by_rule("he"), rule),
        "xavier": (by_rule("xavier"), rule),
    }
    for name in ("relu", "sigmoid", "tanh"):
        calls[name] = (getattr(networks, name), dict(z=[1.0, 0.0, -1.0]))
    for name in ("squared_error", "softmax_cross_entropy"):
        for part in ("value", "gradient"):
            function = getattr(getattr(networks, name), part)
            calls[f"{name}.{part}"] = (function, dict(outputs=X, targets=VECTORS))
    return {f"networks.{name}": call for name, call in calls.items()}
