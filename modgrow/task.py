"""What a task is: bits in, one yes or no at every time for each N. A file of `tasks/` says which.

Nothing here or there loads torch: bits are tensors that the caller has, and their methods do the work.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modgrow import extensions
from modgrow.errors import ModgrowError

if TYPE_CHECKING:
    from torch import Tensor

NODES = 200  # of the Gauss-Legendre rule on either half of p: exact up to N = 199, with |1 - 2 p| in it too


def shortest(n: int) -> int:
    """Head n needs n bits: those that its label hangs on."""
    return n


@dataclass(frozen=True)
class Task:
    """A task; everything that is particular to it. Bits are 0.0 or 1.0, (time, ..., sequence).

    `title`: as figures name it. `question`: what head n answers with yes, a label of 1.
    `labels(bits, n)`: 0 or 1 as integers, in the shape of the bits: the answer after every bit. What lies
    before the first bit counts as 0.
    `n_min`: the smallest N that makes sense.
    `share(n, p)`: how often the label is 1 if every bit is 1 with probability p (an array, or one number).
    `covariance(n, lag, p)`: of the right answers, as -1 and 1, with those `lag` steps later; None if nobody
    has worked it out: then Fig. 4 has no ideal reader.
    `shortest(n)`: the least number of bits after which the label means something.
    `last(bits, n_first, n_last)`: the labels after the last bit, (n, ..., sequence), where there is a faster
    way than asking `labels` for one n after the other.
    """

    title: str
    question: str
    labels: "Callable[[Tensor, int], Tensor]"
    n_min: int
    share: Callable[[int, np.ndarray], np.ndarray]
    covariance: Callable[[int, int, np.ndarray], np.ndarray] | None = None
    shortest: Callable[[int], int] = shortest
    last: "Callable[[Tensor, int, int], Tensor] | None" = None

    def final_labels(self, bits: "Tensor", n_first: int, n_last: int) -> "Tensor":
        """Labels after the last bit, (n, ..., sequence), a row for each n from `n_first` to `n_last`."""
        if self.last is not None:
            return self.last(bits, n_first, n_last)
        rows = [self.labels(bits, n)[-1] for n in range(n_first, n_last + 1)]
        found = rows[0].new_empty(len(rows), *rows[0].shape)
        for place, row in enumerate(rows):
            found[place] = row
        return found

    def chance(self, n: int, density: str | float) -> float:
        """What a reader scores who knows nothing of the bits but how many are 1.

        `density` is P(bit = 1) or, drawn U(0, 1), "per_batch" or "per_sequence": there the reader knows what
        was drawn, and chance is above one half for tasks that are balanced at p = 0.5.
        """
        p, weights = _densities(density)
        ones = self.share(n, p)
        return float(weights @ np.maximum(ones, 1.0 - ones))

    def ideal_autocorrelation(self, n: int, lags: np.ndarray, density: str | float) -> np.ndarray:
        """Autocorrelation of the right answers to head n at whole `lags`, each run with its own density.

        Where the density differs from run to run, the input's own statistics give a memory that no neuron
        holds. NaN where the answers never change. Raises ModgrowError for a task without `covariance`.
        """
        if self.covariance is None:
            raise ModgrowError(f"task {self.title}: its file says no covariance, so there is no ideal reader")
        p, weights = _densities(density)
        covariances = np.array([weights @ self.covariance(n, int(lag), p) for lag in lags])
        variance = weights @ self.covariance(n, 0, p)
        return covariances / (variance if variance > 0 else np.nan)


@functools.cache
def named(name: str) -> Task:
    """The task of that name, from its file. Raises ModgrowError."""
    known = extensions.names("tasks")
    if name not in known:
        raise ModgrowError(f"{name} is no task; name one of {', '.join(known)}, or add its file to tasks/")
    return extensions.load("tasks", name).TASK


def _densities(density: str | float) -> tuple[np.ndarray, np.ndarray]:
    """Values of p, and their weights, which add up to 1: one, or nodes over U(0, 1)."""
    if not isinstance(density, str):
        return np.array([float(density)]), np.ones(1)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    lower = (nodes + 1.0) / 4.0  # from 0 to 1/2; apart from the upper half, as readers change sides at 1/2
    return np.concatenate([lower, lower + 0.5]), np.concatenate([weights, weights]) / 4.0
