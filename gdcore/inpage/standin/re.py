"""Regular expressions, by those of the page."""

from browser import self as page


class _Match:
    def __init__(self, found):
        self._found = found

    def group(self, place=0):
        """What was found in a group."""
        return self._found[place]

    __getitem__ = group


class Pattern:
    """A regular expression."""

    def __init__(self, pattern):
        self.pattern = pattern

    def _run(self, pattern, text):
        found = page.RegExp.new(pattern, "u").exec(text)
        return _Match(found) if found else None

    def search(self, text):
        """The first place where it fits."""
        return self._run(self.pattern, text)

    def match(self, text):
        """Whether it fits at the beginning."""
        return self._run(f"^(?:{self.pattern})", text)

    def fullmatch(self, text):
        """Whether it fits the whole text."""
        return self._run(f"^(?:{self.pattern})$", text)

    def sub(self, new, text):
        """The text with each place replaced."""
        return page.String.new(text).replace(page.RegExp.new(self.pattern, "gu"), new)

    def findall(self, text):
        """What was found at each place, in the first group if there is one."""
        every = page.Array["from"](page.String.new(text).matchAll(page.RegExp.new(self.pattern, "gu")))
        return [each[1] if len(each) > 1 else each[0] for each in every]


def compile(pattern, flags=0):
    """A regular expression, ready."""
    return Pattern(pattern)


def match(pattern, text):
    """Whether it fits at the beginning."""
    return Pattern(pattern).match(text)


def search(pattern, text):
    """The first place where it fits."""
    return Pattern(pattern).search(text)


def sub(pattern, new, text):
    """The text with each place replaced."""
    return Pattern(pattern).sub(new, text)


def findall(pattern, text):
    """What was found at each place."""
    return Pattern(pattern).findall(text)


def escape(text):
    """The text as a pattern that fits it alone."""
    return "".join("\\" + each if each in "\\^$.|?*+()[]{}/" else each for each in text)
