"""A repr that is not long."""


class Repr:
    """Shows at most so many characters of a text and so many elements of a list."""

    maxstring = maxother = 30
    maxlong = 40
    maxlist = maxtuple = 6

    def repr(self, value):
        """The repr, shortened."""
        if isinstance(value, (list, tuple)):
            parts = [self.repr(each) for each in value[: self.maxlist]] + ["..."] * (len(value) > self.maxlist)
            if isinstance(value, list):
                return f"[{', '.join(parts)}]"
            return f"({', '.join(parts)}{',' if len(value) == 1 else ''})"
        text, most = repr(value), self.maxlong if isinstance(value, int) else self.maxstring
        if len(text) <= most:
            return text
        left = (most - 3) // 2
        return f"{text[:left]}...{text[len(text) - (most - 3 - left) :]}"
