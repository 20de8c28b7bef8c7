"""Networks that any method trains: a network on data is an Objective of one flat vector.

- `layers`, `images`, `normalization`: the layers, each with its part of the chain rule;
- `attention`, `sequences`: what a transformer is made of;
- `language`, `language_runs`: a transformer that says which token comes next, and its training;
- `initializations`: rules for the first weights;
- `losses`, `measures`: what is minimized, and how good a classifier's guesses are;
- `network`: layers one after the other, and backpropagation through them;
- `chunks`: few examples and few networks at a time, where memory asks for it;
- `observing`: what to look at while a network is trained;
- `arguments`, `examples`: checks of what comes in.
"""

from gdcore.networks.attention import CausalAttention, Residual, RMSNorm
from gdcore.networks.images import AveragePool, Convolution, MaxPool
from gdcore.networks.initializations import gaussian, he, small_uniform, xavier, zeros
from gdcore.networks.language import LanguageModel
from gdcore.networks.language_runs import LanguageRun, train_language
from gdcore.networks.layers import Activation, Dense, Flatten, Layer, relu, sigmoid, tanh
from gdcore.networks.losses import Loss, softmax, softmax_cross_entropy, squared_error
from gdcore.networks.measures import accuracy, confusion_matrix, matthews_correlation, one_hot
from gdcore.networks.network import Network
from gdcore.networks.normalization import BatchNorm, LayerNorm, fold_statistics
from gdcore.networks.observing import observer
from gdcore.networks.sequences import Embedding, PositionwiseDense

__all__ = [
    "Activation",
    "AveragePool",
    "BatchNorm",
    "CausalAttention",
    "Convolution",
    "Dense",
    "Embedding",
    "Flatten",
    "LanguageModel",
    "LanguageRun",
    "Layer",
    "LayerNorm",
    "Loss",
    "MaxPool",
    "Network",
    "PositionwiseDense",
    "RMSNorm",
    "Residual",
    "accuracy",
    "confusion_matrix",
    "fold_statistics",
    "gaussian",
    "he",
    "matthews_correlation",
    "observer",
    "one_hot",
    "relu",
    "sigmoid",
    "small_uniform",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "tanh",
    "train_language",
    "xavier",
    "zeros",
]
