"""One update at N = 30 against JAX and eager torch, all on one core. `--json FILE`

All that training does with a batch once it is drawn: initial states, labels, the recurrence, its gradient,
clipping and the step. Every sequence has the mean length, 76 steps: JAX compiles anew for each length, so a
fixed one suits it best, and compiling is not timed. `ms` is the process's own time on its core, whoever else
uses that; `ratio` is a peer's time over ours.

- `ours`: the fused kernels, the frozen modules' activity from the pool.
- `jax`: from the same pool, which lies in JAX's memory before the clock starts. Both layouts, every unrolling
  and both ways to the gradient are tried; the fastest stands here, and `how` says which.
- `jax, chain`: the same, but all 28 frozen modules run along in the scan.
- `eager torch`: autograd through the plain dynamics, from the same pool.

Nothing is printed unless loss, weights and momentum of two updates are ours, to 1e-4 of the largest entry.
"""

import copy
import itertools
import os
import sys
import time
from typing import NamedTuple

import numpy as np
import torch
from common import arguments, one_core, report

from modgrow.arm import Arm
from modgrow.learning.activity import Batch, Pool
from modgrow.learning.descent import Descent
from modgrow.learning.training import make_optimizer, update
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.streams import stream

try:
    from in_jax import Form, Jax
except ModuleNotFoundError:
    Jax = None

N = 30
BATCHES = 8  # together larger than a core's own cache, as in training
SIZES = [("modular", 5), ("modular", 10), ("modular", 20)]
SIZES += [("flat", 20), ("flat", 54), ("flat", 91), ("flat", 128)]


class Work(NamedTuple):
    """What every peer trains, and on what; `starts` are the frozen modules' initial states by batch."""

    network: Network
    batches: list[Batch]
    starts: list[torch.Tensor]


class Torch:
    """A network in torch, and one of the project's optimisers."""

    def __init__(self, work: Work, make_descent):
        self.network = copy.deepcopy(work.network)
        self.optimizer = make_descent(self.network)
        self.batches = work.batches

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        """Of the newest module, by name."""
        return {name: value.detach() for name, value in self.network.newest.named_parameters()}

    @property
    def velocities(self) -> dict[str, torch.Tensor]:
        """Momentum, by name."""
        return self.optimizer.velocities

    def update(self, index: int, rng: np.random.Generator) -> float:
        """One step on a batch; the loss before it."""
        return update(self.network, self.optimizer, self.batches[index], rng).loss


def prepare(architecture: str, units: int) -> Work:
    """A network at N = 30 as it is born, and batches of the mean length."""
    arm = Arm(architecture=architecture, units=units, epochs=None, n_max=N)
    network = Network(arm)
    pool = Pool(arm, 0, "training pool", BATCHES)
    starts = [[] for _ in range(BATCHES)]
    while network.n_newest < N:
        if arm.grows and len(network.chain):
            pool.extend(network.newest)
            for index, states in enumerate(starts):
                states.append(pool.batch(index, 1).upstream[0].clone())
        grow(network, 0)
    length = sum(arm.lengths(N)) // 2
    batches = [pool.batch(index, length) for index in range(BATCHES)]
    return Work(network, batches, [torch.stack(states) for states in starts if states])


def two_updates(peer: "Torch | Jax") -> dict[str, np.ndarray]:
    """Their losses, and weights and momentum after them."""
    rng = stream(0, "check")
    losses = [peer.update(index, rng) for index in (0, 1)]
    momentum = {f"momentum of {name}": value for name, value in peer.velocities.items()}
    found = {"loss": losses} | peer.weights | momentum
    return {name: np.asarray(value).copy() for name, value in found.items()}


def checked(name: str, peer: "Torch | Jax", expected: dict[str, np.ndarray]) -> "Torch | Jax":
    """The peer, if it computes what we do."""
    found = two_updates(peer)
    for key, value in expected.items():
        if not np.abs(found[key] - value).max() <= 1e-4 * np.abs(value).max():
            sys.exit(f"{name}: {key} differs from ours after two updates, so times say nothing")
    return peer


def seconds(peer: "Torch | Jax", at_least: float) -> float:
    """Seconds of one update, the average over about `at_least` seconds."""
    rng = stream(0, "benchmark")
    calls = 0
    start = time.process_time()
    while calls < 2 or time.process_time() - start < at_least:
        peer.update(int(rng.integers(BATCHES)), rng)
        calls += 1
    return (time.process_time() - start) / calls


def fastest(name: str, work: Work, unrolls: list[int], expected: dict, starts=None) -> tuple[str, "Jax"]:
    """The best way to write it in JAX: its name and the peer."""
    found = {}
    for form in itertools.starmap(Form, itertools.product((True, False), unrolls, (False, True))):
        peer = checked(f"{name}, {form}", Jax(work.network, work.batches, form, starts), expected)
        took = min(seconds(peer, 0.1) for _ in range(3))
        found[took] = (str(form), peer)
    return found[min(found)]


def measure(architecture: str, units: int, unrolls: list[int], rounds: int) -> list[dict]:
    """Records of one size; the peers take turns."""
    work = prepare(architecture, units)
    ours = Torch(work, make_optimizer)
    expected = two_updates(ours)
    peers = {"ours": ("", ours)}
    peers["jax"] = fastest("jax", work, unrolls, expected)
    if work.starts:
        peers["jax, chain"] = fastest("jax, chain", work, unrolls, expected, work.starts)
    peers["eager torch"] = ("", checked("eager torch", Torch(work, Descent), expected))
    best = dict.fromkeys(peers, np.inf)
    for _ in range(rounds):
        for name, (_, peer) in peers.items():
            best[name] = min(best[name], seconds(peer, 0.2))
    size = {"network": architecture, "units": units}
    return [
        size | {"peer": name, "ms": 1e3 * best[name], "ratio": best[name] / best["ours"], "how": how}
        for name, (how, _) in peers.items()
    ]


def main() -> None:
    """Measure the modular sizes and the flat ones."""
    parser = arguments(__doc__)
    parser.add_argument("--unroll", type=int, nargs="+", default=[1, 2, 4, 8], help="of JAX's scan, to try")
    parser.add_argument("--rounds", type=int, default=10, help="in which the peers take turns")
    args = parser.parse_args()
    if Jax is None:
        sys.exit("JAX is missing: install benchmarks/peers.lock, as benchmarks/README.md says")
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    one_core()
    if hasattr(os, "sched_setaffinity"):  # JAX's threads heed nothing else; macOS does not have it
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    report([record for size in SIZES for record in measure(*size, args.unroll, args.rounds)], args)


if __name__ == "__main__":
    main()
