"""Gradient descent, written to be read: the package that the chapters of Downhill import."""
