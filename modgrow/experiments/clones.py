"""Cloning: what a chain answers that was made longer by copies of one module, without any training.

A clone whose own code for the answer is the opposite of the one it reads takes every second answer for its
complement, and is then wrong at every step: it knows as much as one that is right. So both accuracies are
given, and `kind` tells them from chance.
"""

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow import task
from modgrow.experiments.drive import chain_states
from modgrow.model.cloning import clonable, go_on, refuse_flat
from modgrow.model.heads import answers
from modgrow.model.network import LeakyModule
from modgrow.model.trained import Trained
from modgrow.streams import stream

COLUMNS = ("cloned", "module", "n", "accuracy", "complement", "kind", "turned")
EVERY_N_TO = 100
SPARSE = (125, 160, 200, 250, 315, 400, 500, 630, 800)  # ten to a decade; times 1, 10, 100


def rows(trained: Trained, modules: list[int], n_max: int, steps: int, sequences: int) -> pd.DataFrame:
    """Rows of `COLUMNS` for clones of each of `modules`, counted from 1, and of the last, up to N = `n_max`.

    Asked is the network as it was when it solved its last N; modules that it does not have give no rows.
    Bits are fresh, P(1) = 0.5: continuous runs from a silent start, warm-up max(100, 4 n_max), then `steps`
    scored ones.
    Order (n_max x time x unit^2 x sequence) for each module. Raises ModgrowError for a flat network.
    """
    refuse_flat(trained)
    known = trained.at(trained.n_solved)
    if known is None:
        return pd.DataFrame(columns=list(COLUMNS))
    last = len(known.network.chain)
    asked = {str(m): m for m in modules if 2 <= m <= last} | ({"last": last} if last > 1 else {})
    bits = draw_bits(known, max(100, 4 * n_max) + steps, sequences)
    found = {}
    for m, (_, states) in enumerate(chain_states(known.network.chain, bits), 1):
        if m in asked.values():
            found[m] = _accuracies(known, m, states, bits, n_max, steps)
    tables = [_rows(name, m, known.arm.n_first + m - 1, found[m], known) for name, m in asked.items()]
    return pd.DataFrame([row for table in tables for row in table], columns=list(COLUMNS))


def draw_bits(trained: Trained, time: int, sequences: int) -> Float[Tensor, "time sequence"]:
    """Bits at P(1) = 0.5."""
    drawn = stream(trained.seed, "cloning").random((time, sequences)) < 0.5
    return torch.from_numpy(drawn).to(trained.network.newest.tau)


def grid(n_first: int, n_max: int) -> list[int]:
    """The N that stand in the table: every one to 100, then pairs of neighbours, ten pairs to a decade."""
    pairs = {ten * n for ten in (1, 10, 100) for n in (100, *SPARSE)} | {n_max}
    chosen = {*range(n_first, EVERY_N_TO + 1), *pairs, *(n - 1 for n in pairs)}
    return sorted(n for n in chosen if n_first <= n <= n_max)


def kind(accuracy: float, threshold: float) -> str:
    """What an accuracy says: right or its complement above `threshold`, chance if it is as close to 1/2."""
    if max(accuracy, 1.0 - accuracy) > threshold:
        return "right" if accuracy > 0.5 else "complement"
    return "chance" if _at_chance(accuracy, threshold) else "between"


def _at_chance(accuracy: float, threshold: float) -> bool:
    return abs(accuracy - 0.5) < 1.0 - threshold


def _accuracies(
    trained: Trained, m: int, states: Tensor, bits: Tensor, n_max: int, steps: int
) -> Float[np.ndarray, " clone"]:
    """Accuracy of module `m` on its N and of its clones on all N that follow, to `n_max`."""
    module = clonable(trained, m)
    states = states.clone()
    n = trained.arm.n_first + m - 1
    found = []
    while n <= n_max:
        found.append(_accuracy(module, states, bits, n, steps, trained.arm.task))
        states = go_on(module, states, bits)
        n += 1
    return np.array(found)


def _accuracy(module: LeakyModule, states: Tensor, bits: Tensor, n: int, steps: int, learnt: str) -> float:
    """Share of the last `steps` at which the module's head is right on `n`."""
    asked = task.named(learnt)
    needed = bits[-(steps + max(n, asked.shortest(n))) :]  # labels hang on so many bits
    labels = asked.labels(needed, n)[-steps:]
    (answered,) = answers(module, states[-steps:])
    return float((answered == labels).double().mean())


def _rows(cloned: str, m: int, n_own: int, accuracies: np.ndarray, trained: Trained) -> list[tuple]:
    """The rows of one module's clones; `turned` compares with the N before, whether or not it has a row."""
    threshold = trained.arm.threshold
    found = []
    for n in grid(n_own, n_own + len(accuracies) - 1):
        accuracy = accuracies[n - n_own]
        turned = None if n == n_own else _turned(accuracies[n - n_own - 1], accuracy, threshold)
        found.append((cloned, m, n, accuracy, 1.0 - accuracy, kind(accuracy, threshold), turned))
    return found


def _turned(before: float, now: float, threshold: float) -> bool | None:
    """Whether right became wrong or wrong right; None where one of them is chance."""
    if _at_chance(before, threshold) or _at_chance(now, threshold):
        return None
    return (before > 0.5) != (now > 0.5)
