"""Delayed match to sample (N-DMS): is the newest bit the same as the one N - 1 steps before it?"""

from modgrow.task import Task


def labels(bits, n):
    """1 where a bit equals the one `n - 1` steps before it, at every time."""
    sample = bits.new_zeros(bits.shape)
    sample[n - 1 :] = bits[: max(len(bits) - n + 1, 0)]
    return (bits == sample).long()


def last(bits, n_first, n_last):
    """The last bit against those before it, once for all n."""
    newest = bits.flip(0)[:n_last]
    return (newest[n_first - 1 :] == newest[0]).long()


def share(n, p):
    """Both bits are 1, or both are 0."""
    return p**2 + (1.0 - p) ** 2


def covariance(n, lag, p):
    """Answers are products of two signs of mean 1 - 2 p; those n - 1 steps apart share one sign."""
    mean = 1.0 - 2.0 * p
    together = {0: 1.0 + 0.0 * mean, n - 1: mean**2}.get(lag, mean**4)
    return together - mean**4


TASK = Task(
    title="match",
    question="is the newest bit the same as the one n - 1 steps before it?",
    labels=labels,
    n_min=2,  # n = 1 would ask whether a bit equals itself
    share=share,
    covariance=covariance,
    last=last,
)
