"""N-parity: is the number of ones among the last N bits odd?"""

from modgrow.task import Task


def labels(bits, n):
    """The sum of the last `n` bits modulo 2, at every time; of eight binary digits the lowest is right."""
    ones = bits.byte()
    total = ones.cumsum(0, dtype=ones.dtype)
    total[n:] -= total[:-n].clone()
    return (total & 1).long()


def last(bits, n_first, n_last):
    """The sums counted back from the last bit, once for all n."""
    newest = bits[-n_last:]
    if n_first == n_last and len(bits) >= n_last:
        return newest.sum(0, keepdim=True).long() & 1
    newest = newest.flip(0).int()
    return newest.cumsum(0, dtype=newest.dtype)[n_first - 1 :].long() & 1


def share(n, p):
    """The mean of (-1)^(sum of the bits) is (1 - 2 p)^n."""
    return (1.0 - (1.0 - 2.0 * p) ** n) / 2.0


def covariance(n, lag, p):
    """Windows `lag` steps apart share n - lag bits, which cancel in the product of the two signs."""
    mean = 1.0 - 2.0 * p
    return mean ** (2 * lag) - mean ** (2 * n) if lag < n else 0.0 * mean


TASK = Task(
    title="parity",
    question="is the number of ones among the last n bits odd?",
    labels=labels,
    n_min=1,
    share=share,
    covariance=covariance,
    last=last,
)
