"""The long runs whose results the book quotes: `python -m experiments.<name>` writes
`experiments/results/` anew.
"""
