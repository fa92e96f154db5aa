"""How large the networks built by hand are: counted by formula, where nobody needs to build them.

`model/exact.py` builds them: pairs of leaky units, one pair for each N. No torch.
"""

from typing import NamedTuple

PAIR = 2  # units of one exclusive or
LOGITS = 2


class Size(NamedTuple):
    """Weights are off-diagonal W^R, W^FF and readout: all of the matrices, and those that are not zero."""

    n_units: int
    n_weights: int
    n_nonzero: int


def chain(n: int) -> Size:
    """The chain of modules of two units that answers parity for every N from 2 to `n`."""
    heads = n - 1
    n_weights = heads * PAIR * (PAIR - 1) + (heads - 1) * PAIR**2 + LOGITS * PAIR * heads
    return Size(PAIR * heads, n_weights, _nonzero(n))


def flat(n: int) -> Size:
    """The flat network that does so: as many units, and of one W^R what were many W^FF."""
    heads = n - 1
    units = PAIR * heads
    return Size(units, units * (units - 1) + LOGITS * units * heads, _nonzero(n))


def _nonzero(n: int) -> int:
    """In the first pair each unit reads the other, in every later one both read the pair before.

    Heads read their own pair, for one of their logits.
    """
    heads = n - 1
    return PAIR + (heads - 1) * PAIR**2 + PAIR * heads
