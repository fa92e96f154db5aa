"""A stretch of a recorded run once more, with states of some modules changed at its first step.

Versions of the network run side by side, in float64, so that what differs between them is no rounding.
"""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.experiments.probes.recording import Recording
from modgrow.model import dynamics
from modgrow.model.network import WEIGHTS, LeakyModule

States = Float[Tensor, "states version unit sequence"]


def replay(
    run: Recording, starts: list[int], steps: int, versions: int, change: Callable[[int, States], States]
) -> Iterator[tuple[int, States]]:
    """Each place with its states over `steps` steps from each start on, of all versions.

    `change(place, states)` gives the states after the first step, (1, version, unit, sequence), in the place
    of those given; a module above that reads without delay reads the changed ones at that very step. The
    sequences of all starts stand side by side. Row k is the state after k steps.
    """
    bits = torch.cat([run.bits[start : start + steps] for start in starts], -1).double()[:, None]
    upstream = None
    for place, module in enumerate(run.chain):
        begun = torch.cat([run.states[place][start] for start in starts], -1).double()
        initial = begun.expand(versions, *begun.shape)
        first = run_again(module, bits[:1], initial, None if upstream is None else upstream[:2])
        states = torch.cat([first[:1], change(place, first[1:])])
        rest = run_again(module, bits[1:], states[-1], None if upstream is None else upstream[1:])
        upstream = torch.cat([states, rest[1:]])
        yield place, upstream


@torch.no_grad()
def run_again(module: LeakyModule, bits: Tensor, initial: Tensor, upstream: States | None) -> States:
    """The module's states from an initial one on, in float64; axes before the units are versions."""
    weights = {name: getattr(module, name) for name in WEIGHTS}
    doubled = {name: None if value is None else value.double() for name, value in weights.items()}
    settings = {"negative_slope": module.negative_slope, "leak": module.leak, "delay": module.delay}
    return dynamics.run(bits, initial, upstream, **doubled, **settings)
