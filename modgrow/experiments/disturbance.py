"""How large a disturbance is: against the matrix that it is added to (eq. 5), or against the drive."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.experiments.drive import drive
from modgrow.model.dynamics import read_by_step
from modgrow.model.network import LeakyModule, Network


def by_norm(value: Float[Tensor, "..."], xi: Float[Tensor, "..."], name: str) -> Float[Tensor, "..."]:
    """xi/||xi|| ||W|| of eq. 5, Frobenius norms over the whole matrix; of `tau` |xi|/||xi|| ||tau||, upward.

    The diagonal of W^R is drawn and counted as the equation has it, and then has no effect: it is left out.
    tau counts as clamped to >= 1.
    """
    if name == "tau":
        value = value.clamp(min=1.0)
        xi = xi.abs()
    direction = xi / xi.norm() * _effective(value, name).norm()
    return _effective(direction, name)


def _effective(direction: Tensor, name: str) -> Tensor:
    return direction.clone().fill_diagonal_(0.0) if name == "recurrent" else direction


@dataclass(frozen=True)
class Undisturbed:
    """What a module's neurons receive while nothing is disturbed, over time and runs.

    `drive_sd`: standard deviation of the drive, root mean square over the units. `covariances`: of what
    each pathway reads, `recurrent` the module's own state and `feedforward` the one upstream.
    """

    drive_sd: float
    covariances: dict[str, Float[Tensor, "unit unit"]]

    def direction(self, xi: Float[Tensor, "unit unit"], name: str) -> Float[Tensor, "unit unit"]:
        """xi so scaled that what it adds to the drive varies as much as the drive itself.

        The variance of xi r is xi C xi^T, of which the diagonal is averaged over the units.
        """
        xi = _effective(xi, name)
        added = torch.einsum("ij,jk,ik->i", xi, self.covariances[name], xi).mean().sqrt()
        return xi * (self.drive_sd / added) if added > 0 else torch.zeros_like(xi)


@torch.no_grad()
def undisturbed(network: Network, bits: Float[Tensor, "time run sequence"], warmup: int) -> list[Undisturbed]:
    """What every module receives on these bits, from a silent start, the first `warmup` steps left out."""
    found = []
    below = None
    for module, states in drive(network, bits):
        read = read_by_step(below, module.delay)
        reads = {"recurrent": states[:-1]} | ({} if read is None else {"feedforward": read[: len(bits)]})
        received = sum(_weights(module, name) @ what for name, what in reads.items())
        received = received + module.input[:, None] * bits.unsqueeze(-2)
        centred = {name: _samples(what[warmup:]) for name, what in reads.items()}
        sd = _samples(received[warmup:]).square().mean().sqrt().item()
        found.append(Undisturbed(sd, {name: x @ x.T / x.shape[1] for name, x in centred.items()}))
        below = states
    return found


def _weights(module: LeakyModule, name: str) -> Float[Tensor, "unit unit"]:
    return _effective(getattr(module, name), name)


def _samples(values: Float[Tensor, "time *run unit sequence"]) -> Float[Tensor, "unit sample"]:
    """A row per unit, its mean taken off."""
    rows = values.movedim(-2, 0).flatten(1)
    return rows - rows.mean(1, keepdim=True)
