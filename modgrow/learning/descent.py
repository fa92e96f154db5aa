"""One step down the gradient of the newest module: the reference in torch, and the same fused for the CPU.

The loss is the cross-entropy at the last time step, mean over sequences, summed over the heads being
trained. SGD with (Nesterov's) momentum, the gradient's norm over all that trains clipped first.
"""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from modgrow.model import kernels, loops
from modgrow.model.network import TENSORS, Network


class Step(NamedTuple):
    """What one step says of the batch before it: the loss in nats, summed over heads, and how often the last
    head is right; and whether the gradient was longer than may be.
    """

    loss: float
    accuracy: float
    clipped: bool


class Descent(torch.optim.SGD):
    """By torch's autograd, clipping and SGD through the plain dynamics: any device."""

    def __init__(self, network: Network):
        arm = network.arm
        rates = {"lr": arm.learning_rate, "momentum": arm.momentum, "nesterov": arm.nesterov}
        super().__init__(network.trained(), **rates)
        self.module = network.newest
        self.arm = arm
        for value in network.trained():
            self.state[value]["momentum_buffer"] = torch.zeros_like(value, requires_grad=False)

    @property
    def velocities(self) -> dict[str, Tensor]:
        """Momentum of every tensor that trains, by name; may be written to."""
        named = {name: getattr(self.module, name) for name in TENSORS}
        return {name: self.state[x]["momentum_buffer"] for name, x in named.items() if x in self.state}

    def learn(
        self,
        bits: Float[Tensor, "time sequence"],
        initial: Float[Tensor, "unit sequence"],
        upstream: Float[Tensor, "states upstream_unit sequence"] | None,
        labels: Int[Tensor, "head sequence"],
    ) -> Step:
        """One step."""
        logits = self.module.logits(self.module.reference(bits, initial, upstream)[-1])
        loss = nn.functional.cross_entropy(logits, labels, reduction="sum") / labels.shape[1]
        self.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(list(self.state), self.arm.clip_norm)
        self.step()
        right = (logits[-1].argmax(0) == labels[-1]).double().mean()
        return Step(loss.item(), right.item(), bool(norm > self.arm.clip_norm))


class FusedDescent:
    """The same in one compiled call, on the memory of the module's own tensors.

    No optimiser of torch's: making one imports torch's compiler, which takes longer than a short training.
    """

    def __init__(self, network: Network):
        self.module = network.newest
        self.arm = network.arm
        tensors = {name: getattr(self.module, name) for name in TENSORS}
        trained = {name: x for name, x in tensors.items() if x is not None and x.requires_grad}
        self.velocities = {name: torch.zeros_like(x, requires_grad=False) for name, x in trained.items()}
        like = self.module.tau.detach()
        self._values = kernels.flat_arrays(list(tensors.values()), like)
        self._velocities = kernels.flat_arrays([self.velocities.get(name) for name in TENSORS], like)
        self._gradients = tuple(map(np.empty_like, self._values))
        self._trains = np.array([name in trained for name in TENSORS])
        self._slope = like.numpy().dtype.type(self.module.negative_slope)  # a kernel takes one precision
        self._inside = self.module.leak == "inside"
        self._workspace = like.new_empty(0).numpy()
        self._signs = np.empty(0, np.uint16)

    def gradients(self, bits, initial, upstream, labels) -> tuple[float, dict[str, np.ndarray]]:
        """The loss, and its flat gradient by every tensor of the module, valid until the next call."""
        with kernels.tiny_numbers(zero=True):
            loss, _ = loops.gradients(*self._given(bits, initial, upstream, labels))
        return loss, dict(zip(TENSORS, self._gradients, strict=True))

    def learn(self, bits, initial, upstream, labels) -> Step:
        """One step."""
        arm = self.arm
        with kernels.tiny_numbers(zero=True):
            found = loops.learn(
                *self._given(bits, initial, upstream, labels),
                self._velocities, self._trains, arm.learning_rate, arm.momentum, arm.nesterov, arm.clip_norm,
            )  # fmt: skip
        return Step(*found)

    def _given(self, bits, initial, upstream, labels) -> tuple:
        """What both kernels take."""
        initial, bits, read = kernels.batch(bits, initial, upstream, self.module.delay)
        self._make_room(len(bits), read.shape[1])
        memory = (self._values, self._gradients, self._workspace, self._signs)
        return (*memory, initial, bits, read, labels.contiguous().numpy(), self._slope, self._inside)

    def _make_room(self, time: int, below: int) -> None:
        """Fresh pages cost more than the arithmetic of a small module: kept, and with room to grow."""
        numbers, marks = loops.workspace_size(self.module.units, below, len(self.module.readout), time)
        if len(self._workspace) < numbers or len(self._signs) < marks:
            tau = self.module.tau.detach()
            self._workspace = tau.new_empty(1 << (numbers - 1).bit_length()).numpy()  # torch aligns it
            self._signs = np.empty(1 << (marks - 1).bit_length(), np.uint16)


Optimizer = Descent | FusedDescent
