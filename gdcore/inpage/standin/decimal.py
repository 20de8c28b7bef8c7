"""Decimal numbers as gdcore.words writes them: made from a text with a power of ten, normalized,
compared, and formatted with commas or as a power.
"""


class Decimal:
    """A whole number of digits times a power of ten."""

    def __init__(self, value):
        text = str(value).lower()
        mantissa, _, power = text.partition("e")
        whole, _, part = mantissa.partition(".")
        self.digits, self.power = int(whole + part), int(power or 0) - len(part)

    def normalize(self):
        """Without zeros at the end."""
        while self.digits and self.digits % 10 == 0:
            self.digits, self.power = self.digits // 10, self.power + 1
        return self

    def __bool__(self):
        return self.digits != 0

    def __abs__(self):
        other = Decimal(0)
        other.digits, other.power = abs(self.digits), self.power
        return other

    def __float__(self):
        return float(f"{self.digits}e{self.power}")

    def __le__(self, other):
        return float(self) <= float(other)

    def __lt__(self, other):
        return float(self) < float(other)

    def __format__(self, how):
        sign, digits = "-" if self.digits < 0 else "", str(abs(self.digits))
        if how == "e":
            power = self.power + len(digits) - 1
            return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}e{power:+d}"
        digits += "0" * max(0, self.power)
        decimals = max(0, -self.power)
        digits = digits.rjust(decimals + 1, "0")
        whole = digits[: len(digits) - decimals]
        groups = []
        while len(whole) > 3:
            groups.insert(0, whole[-3:])
            whole = whole[:-3]
        return sign + ",".join([whole, *groups]) + ("." + digits[len(digits) - decimals :] if decimals else "")
