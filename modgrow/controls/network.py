"""A network of any kind, and what its heads answer: torch's autograd through the plain dynamics.

Weights of all modules stand in one tensor, (module, ...), so that a time step is one batched product; a flat
network is a chain of one module. Births are those of `modgrow/model/growth.py`.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.arm import Arm
from modgrow.controls.kinds import Kind, head_units
from modgrow.learning.draws import draw_initial
from modgrow.model import dynamics, growth
from modgrow.model.kernels import WEIGHTS
from modgrow.model.network import Network

READOUT = ("readout", "readout_bias")


class ControlNetwork:
    """Modules and heads: `fixed` holds those that no longer train, `trained` the others, which come after.

    Both name tensors of shape (module, ...) and, `readout` and `readout_bias`, (head, ...). A head reads
    (readout @ states of its units + readout_bias), logits of no and yes.
    """

    def __init__(self, kind: Kind, arm: Arm, seed: int):
        self.kind = kind
        self.arm = arm
        self.seed = seed
        self.heads = 0
        self._births = Network(arm)  # donors and draws of births alone: it never trains
        self.fixed: dict[str, Tensor] = {}
        self.trained: dict[str, Tensor] = {}
        for _ in range(arm.heads(arm.n_max) if kind.at_once else 1):
            self.grow()

    @property
    def n_newest(self) -> int:
        """N of the newest head."""
        return self.arm.n_first + self.heads - 1

    def grow(self) -> None:
        """The head for the next N and, in a chain, the module that it reads.

        In a static chain that module is thought of as there since the start: nothing could have changed it,
        and it could have changed nothing.
        """
        values = self.whole()
        self.heads += 1
        born = self._born(values) if self.kind.chained or not values else {}
        more = {**born, **self._head()}
        found = {
            name: torch.cat([values[name], value]) if name in values else value
            for name, value in more.items()
        }
        self._take(values | found)

    def whole(self) -> dict[str, Tensor]:
        """All modules and heads, those that no longer train first; without gradient."""
        last = {name: value.detach() for name, value in self.trained.items()}
        return {name: torch.cat([self.fixed[name], value]) for name, value in last.items()}

    def draw_initial(self, rng: np.random.Generator, sequences: int) -> Float[Tensor, "module unit sequence"]:
        """Initial states of all modules."""
        arm = self.arm
        n_modules = arm.modules(self.heads)
        drawn = [draw_initial(rng, arm.units, sequences, arm.initial_state) for _ in range(n_modules)]
        return torch.stack(drawn).to(getattr(torch, arm.dtype))

    def logits(
        self, bits: Float[Tensor, "time sequence"], initial: Float[Tensor, "module unit sequence"]
    ) -> Float[Tensor, "head 2 sequence"]:
        """What the heads that train answer after the last bit, differentiable."""
        n_fixed = len(self.fixed["tau"])
        if not n_fixed:
            return self._read(self._run_chain(bits, initial, self.trained), self.trained)
        with torch.no_grad():
            below = dynamics.run_chain(bits, initial[:n_fixed], **_weights(self.fixed), **self._settings)[
                :, -1
            ]
        newest = {name: value[0] for name, value in _weights(self.trained).items()}
        state = dynamics.run(bits, initial[n_fixed], below, **newest, **self._settings)[-1]
        return self._read(state[None], self.trained)

    @torch.no_grad()
    def all_logits(
        self, bits: Float[Tensor, "time sequence"], initial: Float[Tensor, "module unit sequence"]
    ) -> Float[Tensor, "head 2 sequence"]:
        """What all heads answer after the last bit."""
        values = self.whole()
        return self._read(self._run_chain(bits, initial, values), values)

    def _run_chain(self, bits: Tensor, initial: Tensor, values: dict[str, Tensor]) -> Tensor:
        """The last state of every module."""
        return dynamics.run_chain(bits, initial, **_weights(values), **self._settings)[-1]

    def _read(self, states: Float[Tensor, "module unit sequence"], values: dict[str, Tensor]) -> Tensor:
        """Logits of every head, each of a block of its own or all of the same units."""
        readout = values["readout"]
        blocks = states.reshape(-1, readout.shape[2], states.shape[-1])
        blocks = blocks[: len(readout)] if self.kind.own_heads else blocks.expand(len(readout), -1, -1)
        return torch.baddbmm(values["readout_bias"][:, :, None], readout, blocks)

    @property
    def _settings(self) -> dict:
        return {"negative_slope": self.arm.negative_slope, "leak": self.arm.leak}

    @torch.no_grad()
    def _born(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights of the next module, (1, ...), born by the arms' own rule from the one below as trained."""
        for name, value in values.items():
            if name in WEIGHTS and getattr(self._births.newest, name) is not None:
                getattr(self._births.newest, name).copy_(value[-1])
        growth.grow(self._births, self.seed)
        newest = {name: getattr(self._births.newest, name) for name in WEIGHTS}
        none = torch.zeros_like(newest["recurrent"])  # in the first module's place, where nothing reads it
        return {
            name: (none if value is None else value.detach().clone())[None] for name, value in newest.items()
        }

    def _head(self) -> dict[str, Tensor]:
        """The head for the newest N: (1, ...)."""
        arm = self.arm.model_copy(update={"units": head_units(self.kind, self.arm)})
        return growth.draw("readout", arm, self.seed, self.n_newest)

    def _take(self, values: dict[str, Tensor]) -> None:
        """Part what trains from what no longer does."""
        n_fixed = self.heads - 1 if self.kind.frozen else 0
        self.fixed = {name: value[:n_fixed] for name, value in values.items()}
        self.trained = {name: value[n_fixed:].clone().requires_grad_() for name, value in values.items()}


def _weights(values: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: values[name] for name in WEIGHTS}
