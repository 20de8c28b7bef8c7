"""Programs that help to make and to test the book; each runs as `python -m tools.<name>`."""
