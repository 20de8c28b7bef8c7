"""The speed figures, side by side with what a reader would use instead."""
