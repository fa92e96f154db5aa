"""Where a batch comes from: bits, and the activity of the newest frozen module on them.

Modules below the newest are frozen and one step delayed, so their activity on given bits never
changes again. A `Pool` keeps sequences with the activity of the newest frozen module; when a module
freezes, the pool is pushed through that one module and the older activity is dropped. A curriculum
step then costs the same at depth 200 as at depth 2. `Fresh` is the textbook way: new bits for every
batch, and the whole chain run on them.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.arm import Arm
from modgrow.learning.draws import draw_bits, draw_initial, draw_length
from modgrow.model import dynamics
from modgrow.model.network import LeakyModule, Network
from modgrow.streams import stream


class Batch(NamedTuple):
    """Bits (time, sequence), and the upstream module's states (time + 1, unit, sequence) or None."""

    bits: Float[Tensor, "time sequence"]
    upstream: Float[Tensor, "states unit sequence"] | None


class Pool:
    """`batches` fixed batches of sequences, each as long as the longest that training can ask for.

    A batch of length L is the prefix of one of them: a view, not a copy.
    """

    def __init__(self, arm: Arm, seed: int, purpose: str, batches: int, device: str = "cpu"):
        self.arm = arm
        self.seed = seed
        self.purpose = purpose
        self.device = device
        dtype = getattr(torch, arm.dtype)
        _, length = arm.lengths(arm.n_limit)
        self.bits = torch.empty(batches, length, arm.batch_size, dtype=dtype, device=device)
        for batch in range(batches):
            rng = stream(seed, purpose, "bits", batch)
            self.bits[batch] = draw_bits(rng, length, arm.batch_size, arm.density)
        self.activity: Float[Tensor, "batch states unit sequence"] | None = None
        self.depth = 0

    def __len__(self) -> int:
        return len(self.bits)

    def batch(self, index: int, length: int) -> Batch:
        """The first `length` steps of batch `index`."""
        upstream = None if self.activity is None else self.activity[index, : length + 1]
        return Batch(self.bits[index, :length], upstream)

    def extend(self, module: LeakyModule) -> None:
        """Replace the activity of the module upstream by that of `module`, now frozen, in place."""
        self.depth += 1
        below = self.activity
        if below is None:
            states = (len(self), self.bits.shape[1] + 1, module.units, self.arm.batch_size)
            self.activity = self.bits.new_empty(states)
        for index, bits in enumerate(self.bits):
            rng = stream(self.seed, self.purpose, "initial", self.depth, index)
            initial = draw_initial(rng, module.units, self.arm.batch_size, self.arm.initial_state).to(bits)
            upstream = None if below is None else below[index]
            module.states(bits, initial, upstream, out=self.activity[index])

    def draw(self, network: Network, n: int, rng: np.random.Generator) -> Batch:
        """A batch for training on N = `n`: one of the pool's, cut at a random length."""
        index = int(rng.integers(len(self)))
        return self.batch(index, draw_length(self.arm, n, rng))


class Fresh:
    """New bits for every batch, and the whole frozen chain run on them."""

    def __init__(self, arm: Arm, device: str = "cpu"):
        self.arm = arm
        self.device = device

    def extend(self, module: LeakyModule) -> None:
        """Nothing is kept, so nothing is to be extended."""

    def draw(self, network: Network, n: int, rng: np.random.Generator) -> Batch:
        """A batch for training on N = `n`."""
        bits = self.new_bits(n, rng)
        frozen = list(network.chain)[:-1]
        newest_only = deque(self.run(frozen, bits, rng) if frozen else (), maxlen=1)
        return Batch(bits, newest_only.pop() if newest_only else None)

    def new_bits(self, n: int, rng: np.random.Generator) -> Float[Tensor, "time sequence"]:
        """Bits of a random length for N = `n`."""
        bits = draw_bits(rng, draw_length(self.arm, n, rng), self.arm.batch_size, self.arm.density)
        return bits.to(self.device, getattr(torch, self.arm.dtype))

    @torch.no_grad()
    def run(
        self, chain: list[LeakyModule], bits: Float[Tensor, "time sequence"], rng: np.random.Generator
    ) -> Iterator[Float[Tensor, "states unit sequence"]]:
        """States of every module of `chain` on new bits; on a GPU, all modules in one batched product.

        On the CPU they come one after another in memory that is used again for the next but one.
        """
        initial = torch.stack(
            [draw_initial(rng, module.units, bits.shape[1], self.arm.initial_state) for module in chain]
        ).to(bits)
        return _one_by_one(chain, bits, initial) if on_cpu(bits) else _batched(chain, bits, initial)


def on_cpu(tensor: Tensor) -> bool:
    """Whether the fused kernels can serve."""
    return tensor.device.type == "cpu"


def _one_by_one(chain: list[LeakyModule], bits: Tensor, initial: Tensor) -> Iterator[Tensor]:
    states = below = None
    for module, start in zip(chain, initial, strict=True):
        states, below = module.states(bits, start, states, out=below), states
        yield states


def _batched(chain: list[LeakyModule], bits: Tensor, initial: Tensor) -> Iterator[Tensor]:
    none = torch.zeros_like(chain[0].recurrent)
    stacked = {
        name: torch.stack([getattr(m, name) for m in chain]) for name in ("input", "recurrent", "bias", "tau")
    }
    stacked["feedforward"] = torch.stack([none if m.feedforward is None else m.feedforward for m in chain])
    first = chain[0]
    settings = {"negative_slope": first.negative_slope, "leak": first.leak, "delay": first.delay}
    return iter(dynamics.run_chain(bits, initial, **stacked, **settings).transpose(0, 1))


def source(arm: Arm, seed: int, device: str = "cpu") -> Pool | Fresh:
    """Where this arm's training batches come from."""
    if arm.pool_batches == "fresh":
        return Fresh(arm, device)
    return Pool(arm, seed, "training pool", arm.pool_batches, device)
