"""A root on an interval."""


def brentq(f, a, b, xtol=2e-12, rtol=8.9e-16, maxiter=100, full_output=False, disp=True):
    """The root of f between a and b, where it has opposite signs, by Brent's method.

    Returns the root and None where SciPy returns its report. Source: Brent 1973, in the form that
    SciPy has it: the interval between the present point and `other` holds the root.
    """
    last, now, other = a, b, 0.0
    f_last, f_now, f_other = f(last), f(now), 0.0
    move = last_move = 0.0
    if f_last == 0:
        return last, None
    if f_now != 0 and (f_last < 0) == (f_now < 0):
        raise ValueError("f(a) and f(b) must have different signs")
    for _ in range(maxiter):
        if f_now == 0:
            break
        if f_last != 0 and (f_last < 0) != (f_now < 0):
            other, f_other = last, f_last
            last_move = move = now - last
        if abs(f_other) < abs(f_now):
            last, now, other = now, other, now
            f_last, f_now, f_other = f_now, f_other, f_now
        narrow, half = (xtol + rtol * abs(now)) / 2, (other - now) / 2
        if f_now == 0 or abs(half) < narrow:
            break
        last_move, move = _moves(last_move, move, narrow, half, last, now, other, f_last, f_now, f_other)
        last, f_last = now, f_now
        now += move if abs(move) > narrow else narrow if half > 0 else -narrow
        f_now = f(now)
    return now, None


def _moves(last_move, move, narrow, half, last, now, other, f_last, f_now, f_other):
    """The last move and the next: by the secant, the inverse parabola, or half of the interval."""
    if abs(last_move) > narrow and abs(f_now) < abs(f_last):
        if last == other:
            trial = -f_now * (now - last) / (f_now - f_last)
        else:
            slope, far = (f_last - f_now) / (last - now), (f_other - f_now) / (other - now)
            trial = -f_now * (f_other * far - f_last * slope) / (far * slope * (f_other - f_last))
        if 2 * abs(trial) < min(abs(last_move), 3 * abs(half) - narrow):
            return move, trial
    return half, half
