"""Sticking: does the start of a module decide whether it learns its N? Starts are exchanged and trained.

What can make a chain stick at an N is the start of the module for it, the chain below it, or the luck of its
batches. So a start is put on another chain, or another module's start on this one, and trained there with
several draws of batches. Beside that stands how many units of a start are live: a unit that no bit ever lifts
above zero passes a hundredth of its drive and of its gradient, and bends nothing.
"""

import itertools
from collections.abc import Iterator

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.errors import ModgrowError
from modgrow.experiments.drive import chain_states
from modgrow.learning.activity import Pool
from modgrow.learning.held_out import PoolTest
from modgrow.learning.training import make_optimizer, train_epoch
from modgrow.model.dynamics import read_by_step
from modgrow.model.growth import trained_tensors
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream

TRIAL = ("draw", "live", "epochs", "updates", "first_accuracy", "accuracy")
COLUMNS = ("n", "start", *TRIAL)
OWN, LATER = "own", "later"
BETWEEN = ("n", "chain", "start", *TRIAL)
LIVE_BITS = (200, 64)  # steps, sequences
LIVE_SHARE = 0.01  # of them at which the drive of a live unit is above zero, at least


def rows(trained: Trained, n_last: int, n_later: int, epochs: int, draws: int) -> pd.DataFrame:
    """Rows of `COLUMNS` for every N to `n_last` that the chain has a module for, in each of `draws`.

    `start`: "own", or "later": that of the module for `n_later` (or of the last, if there is none) in its
    place. `live`: units of the start that are live on this chain. `epochs`: how many it took to be above
    the arm's threshold on held-out sequences, None if more than `epochs`; `updates`: the same on the batches
    themselves. `first_accuracy`: held out, after the first epoch; `accuracy`: after the last. Raises
    ModgrowError for what is no chain with a pool.
    """
    refuse_without_pool(trained)
    later = min(n_later, trained.network.n_newest)
    found = []
    for n in range(trained.arm.n_first, min(n_last, trained.network.n_newest) + 1):
        for name, at in {OWN: n, LATER: later}.items():
            start = start_of(trained, at)
            found += [(n, name, *trial) for trial in trials(trained, start, n, epochs, draws)]
    return pd.DataFrame(found, columns=list(COLUMNS))


def between(one: Trained, other: Trained, n: int, epochs: int, draws: int) -> pd.DataFrame:
    """Rows of `BETWEEN`: the start for N = `n` of either network on the chain of either.

    `chain`, `start`: the seeds of the networks that the modules below, and the start, are of. Raises
    ModgrowError for networks of two arms, or without a module for `n`.
    """
    refuse_without_pool(one)
    if one.arm != other.arm:
        raise ModgrowError("the two networks are of different arms; a start fits chains of its own arm alone")
    found = []
    for host, guest in itertools.product((one, other), repeat=2):
        start = start_of(guest, n)
        found += [(n, host.seed, guest.seed, *trial) for trial in trials(host, start, n, epochs, draws)]
    return pd.DataFrame(found, columns=list(BETWEEN))


def refuse_without_pool(trained: Trained) -> None:
    """Raise ModgrowError unless it is a chain that is trained on a pool."""
    if not trained.arm.grows or trained.arm.pool_batches == "fresh":
        raise ModgrowError(f"{trained.arm.title}: no chain with a pool; starts are exchanged between such")


def start_of(trained: Trained, n: int) -> dict[str, Tensor]:
    """The values with which the module for N = `n` was born. Raises ModgrowError."""
    module, _ = trained.network.head(n)
    return {name: value.clone() for name, value in module.start.items()}


def trials(host: Trained, start: dict[str, Tensor], n: int, epochs: int, draws: int) -> Iterator[tuple]:
    """`TRIAL` of a start on the chain of `host`, in each draw of batches."""
    live = live_units(planted(host, start, n), host.seed)
    for draw in range(draws):
        learnt, accuracies = zip(*_epochs(planted(host, start, n), host.seed, epochs, draw), strict=True)
        took = len(accuracies) if accuracies[-1] > host.arm.threshold else None
        above = [host.arm.updates_per_epoch * place + found for place, found in enumerate(learnt) if found]
        yield draw, live, took, min(above, default=None), accuracies[0], accuracies[-1]


def planted(host: Trained, start: dict[str, Tensor], n: int) -> Network:
    """The modules of `host` below that for N = `n`, frozen, and above them one that begins at `start`.

    A start that becomes the first module leaves its W^FF out. Raises ModgrowError for the start of a first
    module in the place of another.
    """
    arm = host.arm.model_copy(update={"n_max": n, "epochs": None})
    m = arm.heads(n)
    network = Network(arm)
    network.chain.extend(list(host.network.chain)[: m - 1])
    network.requires_grad_(False)
    values = {name: value for name, value in start.items() if name != "feedforward" or m > 1}
    if m > 1 and "feedforward" not in values:
        raise ModgrowError(
            f"the start of a first module has no W^FF; it cannot be put in the place of N = {n}"
        )
    newest = LeakyModule(values, arm.negative_slope, arm.leak, arm.feedforward_delay)
    trains = trained_tensors(arm, m)
    for name, value in newest.named_parameters():
        value.requires_grad_(name in trains)
    network.chain.append(newest)
    return network


@torch.no_grad()
def live_units(network: Network, seed: int) -> int:
    """How many units of the newest module have a drive above zero at a share of `LIVE_SHARE` of the steps."""
    drawn = stream(seed, "live units").random(LIVE_BITS) < 0.5
    bits = torch.from_numpy(drawn).to(network.newest.tau)
    states = upstream = None
    for _, newest in chain_states(network.chain, bits):
        states, upstream = newest, states
    above = _drive(network.newest, bits, states, upstream) > 0
    return int((above.double().mean(dim=(0, 2)) >= LIVE_SHARE).sum())


def _drive(
    module: LeakyModule, bits: Tensor, states: Tensor, upstream: Tensor | None
) -> Float[Tensor, "time unit sequence"]:
    """What the non-linearity is given at every step (eqs. 3 and 4)."""
    others = module.recurrent - module.recurrent.diag().diag()
    drive = others @ states[:-1] + module.input[:, None] * bits[:, None] + module.bias[:, None]
    read = read_by_step(upstream, module.delay)
    return drive if read is None else drive + module.feedforward @ read[: len(bits)]


def _epochs(network: Network, seed: int, epochs: int, draw: int) -> Iterator[tuple[int | None, float]]:
    """(updates until learnt, held-out accuracy) on the newest N of every epoch, until it is solved."""
    arm = network.arm
    training = Pool(arm, seed, f"transplant {draw}", arm.pool_batches)
    test = PoolTest(arm, seed)
    for module in list(network.chain)[:-1]:
        training.extend(module)
        test.extend(module)
    optimizer = make_optimizer(network)
    for epoch in range(1, epochs + 1):
        done = train_epoch(network, optimizer, training, stream(seed, "transplant", draw, epoch))
        accuracy = float(test.accuracies(network, epoch)[-1])
        yield done.learnt_after, accuracy
        if accuracy > arm.threshold:
            return
