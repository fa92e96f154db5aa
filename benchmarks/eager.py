"""The peers: a chain in eager torch as a researcher would write it, and in batched products.

Both run every module at every time step and take the gradient of the newest head's loss through the
whole chain, as the textbook has it.
"""

import torch
from torch import nn

from modgrow.model import dynamics


class EagerModule(nn.Module):
    """One leaky module with its head."""

    def __init__(self, units: int, below: int):
        super().__init__()
        self.recurrent = nn.Linear(units, units)
        self.input = nn.Linear(1, units, bias=False)
        self.feedforward = nn.Linear(below, units, bias=False) if below else None
        self.tau = nn.Parameter(1 + torch.rand(units))
        self.head = nn.Linear(units, 2)
        self.register_buffer("mask", 1 - torch.eye(units))

    def forward(self, bit, state, below):
        """One time step, sequences first."""
        drive = nn.functional.linear(state, self.recurrent.weight * self.mask, self.recurrent.bias)
        drive = drive + self.input(bit)
        if below is not None:
            drive = drive + self.feedforward(below)
        rate = 1 / self.tau.clamp(min=1)
        return (1 - rate) * state + rate * nn.functional.leaky_relu(drive, 0.01)


class EagerChain(nn.Module):
    """A Python loop over time and modules."""

    def __init__(self, units: int, depth: int):
        super().__init__()
        self.chain = nn.ModuleList(EagerModule(units, units if m else 0) for m in range(depth))
        self.units = units

    def forward(self, bits):
        """Logits of the newest head after the last bit; bits are (time, sequence)."""
        states = [0.1 * torch.rand(bits.shape[1], self.units) for _ in self.chain]
        for bit in bits:
            before = states
            states = [
                module(bit[:, None], before[m], before[m - 1] if m else None)
                for m, module in enumerate(self.chain)
            ]
        return self.chain[-1].head(states[-1])


class BatchedChain(nn.Module):
    """All modules of a time step in one batched product (`dynamics.run_chain`)."""

    def __init__(self, units: int, depth: int):
        super().__init__()

        def draw(*shape: int) -> nn.Parameter:
            return nn.Parameter((2 * torch.rand(shape) - 1) / units**0.5)

        self.input, self.bias, self.tau = draw(depth, units), draw(depth, units), draw(depth, units)
        self.recurrent, self.feedforward = draw(depth, units, units), draw(depth, units, units)
        self.tau.data.abs_().add_(1)
        self.head = nn.Linear(units, 2)

    def forward(self, bits):
        """Logits of the newest head after the last bit."""
        depth, units = self.tau.shape
        initial = 0.1 * torch.rand(depth, units, bits.shape[1])
        names = ("input", "recurrent", "feedforward", "bias", "tau")
        weights = {name: getattr(self, name) for name in names}
        return self.head(dynamics.run_chain(bits, initial, **weights)[-1, -1].T)


def make_update(network: nn.Module, bits: torch.Tensor, n: int):
    """A function that does one update on the newest head, with the paper's optimiser and clipping."""
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.1, nesterov=True)
    labels = (bits[-n:].sum(0) % 2).long()

    def update() -> None:
        loss = nn.functional.cross_entropy(network(bits), labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()

    return update
