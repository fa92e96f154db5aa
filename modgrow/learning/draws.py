"""What a batch is drawn from: its length, its bits, its initial states. Every draw from a given generator."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.arm import Arm


def draw_length(arm: Arm, n: int, rng: np.random.Generator) -> int:
    """Length of one batch: uniform between the arm's shortest and longest at `n`, both ends included."""
    shortest, longest = arm.lengths(n)
    return int(rng.integers(shortest, longest + 1))


def draw_bits(
    rng: np.random.Generator, length: int, sequences: int, density: str | float
) -> Float[Tensor, "time sequence"]:
    """Bits in {0, 1}. `density` is P(bit = 1), or how often a new one is drawn from U(0, 1).

    "per_batch": one for all sequences of this call; "per_sequence": one for each. `Task.chance` says what a
    reader of the density alone then scores.
    """
    if density == "per_batch":
        p = rng.random(dtype=np.float32)
    elif density == "per_sequence":
        p = rng.random(sequences, dtype=np.float32)
    else:
        p = np.float32(density)
    return torch.from_numpy((rng.random((length, sequences), dtype=np.float32) < p).astype(np.float32))


def draw_initial(
    rng: np.random.Generator, units: int, sequences: int, scale: float
) -> Float[Tensor, "unit sequence"]:
    """Initial state: `scale` times U(0, 1) per neuron and sequence."""
    return torch.from_numpy(scale * rng.random((units, sequences), dtype=np.float32))
