"""One step down the gradient of the newest module: the reference in torch, and the same fused for the CPU.

The loss is the cross-entropy at the last time step, mean over sequences, summed over the heads being
trained. SGD with (Nesterov's) momentum, the gradient's norm over all that trains clipped first.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from modgrow.model import kernels, loops
from modgrow.model.dynamics import read_by_step
from modgrow.model.network import TENSORS, Network


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
    ) -> float:
        """One step; the loss before it."""
        logits = self.module.logits(self.module.reference(bits, initial, upstream)[-1])
        loss = nn.functional.cross_entropy(logits, labels, reduction="sum") / labels.shape[1]
        self.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(list(self.state), self.arm.clip_norm)
        self.step()
        return loss.item()


class FusedDescent(Descent):
    """The same in two compiled calls, on the memory of the module's own tensors."""

    def __init__(self, network: Network):
        super().__init__(network)
        tensors = [getattr(self.module, name) for name in TENSORS]
        velocities = self.velocities
        like = self.module.tau.detach()
        self._values = kernels.flat_arrays(tensors, like)
        self._velocities = kernels.flat_arrays([velocities.get(name) for name in TENSORS], like)
        self._gradients = tuple(map(np.empty_like, self._values))
        self._trains = np.array([name in velocities for name in TENSORS])
        self._slope = like.numpy().dtype.type(self.module.negative_slope)  # a kernel takes one precision
        self._inside = self.module.leak == "inside"
        self._workspace = np.empty(0, self._values[0].dtype)

    def gradients(self, bits, initial, upstream, labels) -> tuple[float, dict[str, np.ndarray]]:
        """The loss, and its flat gradient by every tensor of the module, valid until the next call."""
        read = read_by_step(upstream, self.module.delay)
        bits, initial, read = _groups(bits, initial, read)
        size = (2 * bits.shape[1] + 1) * initial.shape[1]
        if len(self._workspace) < size:
            # fresh pages cost more than the arithmetic of a small module: kept, and with room to grow
            self._workspace = np.empty(1 << (size - 1).bit_length(), self._workspace.dtype)
        with kernels.tiny_numbers(zero=True):
            loss = loops.gradients(
                self._values, self._gradients, self._workspace, initial, bits, read,
                labels.numpy().astype(self._workspace.dtype), self._slope, self._inside,
            )  # fmt: skip
        return loss, dict(zip(TENSORS, self._gradients, strict=True))

    def learn(self, bits, initial, upstream, labels) -> float:
        """One step; the loss before it."""
        loss, _ = self.gradients(bits, initial, upstream, labels)
        arm = self.arm
        with kernels.tiny_numbers(zero=False):
            loops.descend(
                self._values, self._velocities, self._gradients, self._trains,
                arm.learning_rate, arm.momentum, arm.nesterov, arm.clip_norm,
            )  # fmt: skip
        return loss


def _groups(bits, initial, read) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bits (group, time, lane), initial (group, unit x lane), read (group, time, unit x lane)."""
    groups = [
        (lanes.numpy(), start.view(-1).numpy(), kernels.rows(below))
        for lanes, start, below in kernels.in_lanes(bits, initial, read)
    ]
    if len(groups) == 1:
        return tuple(part[None] for part in groups[0])
    return tuple(map(np.stack, zip(*groups, strict=True)))
