"""The long runs whose results the book quotes.

`python -m experiments.NAME` writes its files in experiments/results/ anew.
"""
