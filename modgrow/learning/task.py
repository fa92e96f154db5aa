"""N-parity: the only place where bits and their parity are defined."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor


def draw_bits(
    rng: np.random.Generator, length: int, sequences: int, density: str | float
) -> Float[Tensor, "time sequence"]:
    """Bits in {0, 1}. `density` is P(bit = 1), or "uniform": each sequence has its own p ~ U(0, 1).

    With random p a reader of the density alone answers parity right with probability
    1/2 + 1/(2 (N + 1)), so chance is not one half there.
    """
    p = rng.random(sequences, dtype=np.float32) if density == "uniform" else np.float32(density)
    return torch.from_numpy((rng.random((length, sequences), dtype=np.float32) < p).astype(np.float32))


def parity(bits: Float[Tensor, "time *network sequence"], n: int) -> Int[Tensor, "time *network sequence"]:
    """Sum of the last `n` bits modulo 2, at every time; bits before the first count as 0."""
    total = bits.to(torch.int32).cumsum(0, dtype=torch.int32)
    total[n:] -= total[:-n].clone()
    return (total % 2).long()


def final_parities(
    bits: Float[Tensor, "time sequence"], n_first: int, n_last: int
) -> Int[Tensor, "n sequence"]:
    """Parity of the last n bits at the last time, one row for each n from `n_first` to `n_last`."""
    counted_back = bits.flip(0)[:n_last].to(torch.int32).cumsum(0, dtype=torch.int32)
    return (counted_back[n_first - 1 :] % 2).long()


def draw_initial(
    rng: np.random.Generator, units: int, sequences: int, scale: float
) -> Float[Tensor, "unit sequence"]:
    """Initial state: `scale` times U(0, 1) per neuron and sequence."""
    return torch.from_numpy(scale * rng.random((units, sequences), dtype=np.float32))
