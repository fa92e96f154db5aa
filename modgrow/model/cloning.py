"""A chain made longer without training: any module of it, with its head, as often as one likes.

What a chain does with a module that it did not train is what the module does, and nothing that was learnt
for that N: a clone is right beyond the N of its module if, and only if, the module is a step of an induction.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.errors import ModgrowError
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained


def cloned(trained: Trained, m: int, n: int) -> Trained:
    """The first `m` modules of a chain, then module `m` with its head again and again, until N = `n`.

    Modules are counted from 1, so that module `m` answers for N = n_first + m - 1. It is the very same
    module each time: no tensor is copied. The network counts as having solved `n`, so that experiments ask
    all of its heads; what they are worth is the question. Raises ModgrowError for a module that is not there
    or reads none, and for an `n` below that of module `m`.
    """
    arm = trained.arm
    module = clonable(trained, m)
    own = arm.n_first + m - 1
    if n < own:
        raise ModgrowError(f"n is {n}; module {m} answers for N = {own}, and its clones come after it")
    network = Network(arm.model_copy(update={"n_max": n, "epochs": None}))
    network.chain.extend(list(trained.network.chain)[:m])
    network.chain.extend([module] * (n - own))
    return Trained(network, trained.seed, n, provenance=trained.provenance)


def clonable(trained: Trained, m: int) -> LeakyModule:
    """Module `m` of a chain, counted from 1, which can read another of its kind. Raises ModgrowError."""
    refuse_flat(trained)
    chain = trained.network.chain
    if not 2 <= m <= len(chain):
        raise ModgrowError(f"module {m}: name one from 2 to {len(chain)}; the first reads no other")
    return chain[m - 1]


def refuse_flat(trained: Trained) -> None:
    """Raise ModgrowError unless it is a chain."""
    if not trained.arm.grows:
        raise ModgrowError(f"{trained.arm.title}: no chain; clone a module of a modular network")


def go_on(
    module: LeakyModule,
    states: Float[Tensor, "states unit sequence"],
    bits: Float[Tensor, "time sequence"],
) -> Float[Tensor, "states unit sequence"]:
    """The states of the clone that reads `states`, in their place: those are lost. From a silent start."""
    silent = torch.zeros_like(states[0])
    return module.states(bits, silent, states, out=states)
