"""Networks that any method trains: layers, initializations, losses, and a network on data as an Objective of one flat vector."""

from gdcore.networks.images import AveragePool, Convolution, MaxPool
from gdcore.networks.initializations import gaussian, he, small_uniform, xavier, zeros
from gdcore.networks.layers import Activation, Dense, Flatten, Layer, relu, sigmoid, tanh
from gdcore.networks.losses import (
    Loss,
    accuracy,
    confusion_matrix,
    matthews_correlation,
    one_hot,
    softmax,
    softmax_cross_entropy,
    squared_error,
)
from gdcore.networks.network import Network, fold_statistics
from gdcore.networks.normalization import BatchNorm, LayerNorm
from gdcore.networks.observing import observer

__all__ = [
    "Activation",
    "AveragePool",
    "BatchNorm",
    "Convolution",
    "Dense",
    "Flatten",
    "Layer",
    "LayerNorm",
    "Loss",
    "MaxPool",
    "Network",
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
    "xavier",
    "zeros",
]
