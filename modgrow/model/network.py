"""What a network is: a chain of leaky modules, each read by its own heads.

A flat network is a chain of one module with many heads, a modular one a chain of many modules with
one head each. Weights are (to, from), activity is (time, unit, sequence), tau is in time steps.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.model import dynamics, kernels
from modgrow.model.kernels import WEIGHTS

PATHWAY_TENSORS = {
    "input": ("input",),
    "recurrent": ("recurrent",),
    "feedforward": ("feedforward",),
    "bias": ("bias",),
    "tau": ("tau",),
    "readout": ("readout", "readout_bias"),
}
TENSORS = (*WEIGHTS, *PATHWAY_TENSORS["readout"])


class LeakyModule(nn.Module):
    """A population of leaky neurons (eqs. 1-4) and the heads that read it.

    `readout` is (head, logit, unit), `readout_bias` (head, logit); `feedforward` is None in the
    first module, and reads `delay` steps back (0 or 1). `start` holds the values at birth, before any
    training.
    """

    def __init__(self, values: dict[str, Tensor], negative_slope: float, leak: str, delay: int = 1):
        super().__init__()
        self.negative_slope = negative_slope
        self.leak = leak
        self.delay = delay
        for name in TENSORS:
            value = values.get(name)
            self.register_parameter(name, None if value is None else nn.Parameter(value.clone()))
        self.start = {name: value.clone() for name, value in values.items()}

    @property
    def units(self) -> int:
        """How many neurons."""
        return len(self.tau)

    def pathway(self, name: str) -> dict[str, nn.Parameter]:
        """The tensors of one pathway; empty where the module does not own it. Raises ModgrowError."""
        if name not in PATHWAY_TENSORS:
            raise ModgrowError(f"{name} is no pathway; name one of {', '.join(PATHWAY_TENSORS)}")
        tensors = {tensor: getattr(self, tensor) for tensor in PATHWAY_TENSORS[name]}
        return {tensor: value for tensor, value in tensors.items() if value is not None}

    def add_heads(self, readout: Float[Tensor, "head 2 unit"], bias: Float[Tensor, "head 2"]) -> None:
        """Append heads; those already there keep their values to the bit."""
        for name, more in (("readout", readout), ("readout_bias", bias)):
            more = more.to(self.tau)
            setattr(self, name, nn.Parameter(torch.cat([getattr(self, name).detach(), more])))
            self.start[name] = torch.cat([self.start[name].to(more), more])

    @torch.no_grad()
    def final_state(
        self,
        bits: Float[Tensor, "time sequence"],
        initial: Float[Tensor, "unit sequence"],
        upstream: Float[Tensor, "states upstream_unit sequence"] | None,
    ) -> Float[Tensor, "unit sequence"]:
        """The state after the last bit. Raises ModgrowError."""
        self._check(bits, initial, upstream)
        if bits.device.type == "cpu":
            return kernels.final_state(bits, initial, upstream, **self._settings())
        return self.reference(bits, initial, upstream)[-1]

    @torch.no_grad()
    def states(
        self,
        bits: Float[Tensor, "time sequence"],
        initial: Float[Tensor, "unit sequence"],
        upstream: Float[Tensor, "states upstream_unit sequence"] | None,
        out: Float[Tensor, "states unit sequence"] | None = None,
    ) -> Float[Tensor, "states unit sequence"]:
        """Every state, the initial one first, without a gradient; in `out` if it is given.

        `out` may be `upstream`, whose states are then lost. Raises ModgrowError.
        """
        self._check(bits, initial, upstream)
        if bits.device.type == "cpu":
            return kernels.activity(bits, initial, upstream, **self._settings(), out=out)
        states = self.reference(bits, initial, upstream)
        return states if out is None else out.copy_(states)

    def logits(self, state: Float[Tensor, "*#head unit sequence"]) -> Float[Tensor, "head 2 sequence"]:
        """What every head of the module answers to a state (or each to a state of its own)."""
        return self.readout @ state + self.readout_bias[:, :, None]

    def _weights(self) -> dict[str, Tensor | None]:
        return {name: getattr(self, name) for name in WEIGHTS}

    def _settings(self) -> dict:
        equation = {"negative_slope": self.negative_slope, "leak": self.leak, "delay": self.delay}
        return {"weights": self._weights(), **equation}

    def _check(self, bits: Tensor, initial: Tensor, upstream: Tensor | None) -> None:
        """Refuse what would otherwise be left out in silence, or read beyond its end."""
        if bool(self.tau.isnan().any()):
            raise ModgrowError("tau has values that are no numbers: this module diverged in training")
        if (upstream is None) != (self.feedforward is None):
            is_given = "needs" if upstream is None else "has no W^FF, and was given"
            raise ModgrowError(f"the module {is_given} the states of the module upstream of it")
        for name, value in {"bits": bits, "initial": initial, "upstream": upstream}.items():
            if value is not None and value.dtype != self.tau.dtype:
                raise ModgrowError(f"{name} is {value.dtype}, the module's weights are {self.tau.dtype}")
        if initial.shape != (self.units, bits.shape[-1]):
            raise ModgrowError(
                f"initial is {tuple(initial.shape)} (unit, sequence), must be {(self.units, bits.shape[-1])}"
            )
        if upstream is None:
            return
        units = self.feedforward.shape[1]
        sequences = bits.shape[-1]
        states = len(bits) + 1 - self.delay  # without a delay the initial one is not read, and still there
        if len(upstream) < states or upstream.shape[1:] != (units, sequences):
            least = f"({states} or more, {units}, {sequences})"
            raise ModgrowError(
                f"upstream is {tuple(upstream.shape)} (states, unit, sequence), must be {least}"
            )

    def reference(self, bits, initial, upstream):
        """Every state by `dynamics.run`: any device, differentiable."""
        settings = self._settings()
        return dynamics.run(bits, initial, upstream, **settings.pop("weights"), **settings)


class Network(nn.Module):
    """A chain of modules; head n answers for N = n, `n_first` being the first."""

    def __init__(self, arm: Arm):
        super().__init__()
        self.arm = arm
        self.chain = nn.ModuleList()

    @property
    def newest(self) -> LeakyModule:
        """The module at the end of the chain, the only one that trains. Raises ModgrowError."""
        if not len(self.chain):
            raise ModgrowError("the network has no module yet; grow() gives it the first")
        return self.chain[-1]

    @property
    def n_newest(self) -> int:
        """N of the newest head; n_first - 1 before the first."""
        if not len(self.chain):
            return self.arm.n_first - 1
        older = len(self.chain) - 1  # modules, with one head each
        return self.arm.n_first - 1 + older + len(self.newest.readout)

    def head(self, n: int) -> tuple[LeakyModule, int]:
        """The module that answers for N = `n`, and the place of the head in it. Raises ModgrowError."""
        if not self.arm.n_first <= n <= self.n_newest:
            heads = f"N = {self.arm.n_first} to {self.n_newest}" if len(self.chain) else "none"
            raise ModgrowError(f"N = {n}: the network has no such head; it has {heads}")
        heads = self.arm.heads(n)
        m = self.arm.modules(heads)  # the newest module when this head was; each module before has one head
        return self.chain[m - 1], heads - m

    def trained(self) -> list[nn.Parameter]:
        """The tensors that the optimiser may move now."""
        return [parameter for parameter in self.parameters() if parameter.requires_grad]
