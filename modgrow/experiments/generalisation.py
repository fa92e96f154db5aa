"""Generalisation: a network that has solved N learns N + K with a new head (Fig. 2c).

The new head sits on the last module of a modular network, or on the whole flat one. Variant "default"
trains the head and what was trainable at the end of N; "readout" the head alone.
"""

import copy

import numpy as np
import torch

from modgrow.arm import Arm
from modgrow.learning import task
from modgrow.learning.activity import Fresh, Pool, draw_length
from modgrow.learning.held_out import final_accuracy
from modgrow.learning.training import make_optimizer, train_epoch
from modgrow.model.growth import draw
from modgrow.model.network import LeakyModule, Network
from modgrow.streams import stream

VARIANTS = ("default", "readout")


class Substrate:
    """What a network was when it had just solved `n`: its last module, and pools of what lies below."""

    def __init__(self, network: Network, seed: int, n: int, k_max: int, test_batches: int):
        modules = 1 if network.arm.architecture == "flat" else n - network.arm.n_first + 1
        self.arm, self.seed, self.n = network.arm, seed, n
        self.module = network.chain[modules - 1]
        longest = network.arm.model_copy(update={"n_max": n + k_max, "epochs": None})
        even = longest.model_copy(update={"density": 0.5})
        self.test = Pool(even, seed, "generalisation test", test_batches)
        self.training: Pool | Fresh = Fresh(longest)
        if network.arm.architecture == "modular":
            batches = 100 if network.arm.pool_batches == "fresh" else network.arm.pool_batches
            self.training = Pool(longest, seed, "generalisation training", batches)
            for module in list(network.chain)[: modules - 1]:
                self.training.extend(module)
                self.test.extend(module)


def learn(substrate: Substrate, k: int, variant: str, epochs: int) -> float:
    """Accuracy on N + K at p = 0.5 after `epochs` epochs on N + K alone. Raises ValueError."""
    if variant not in VARIANTS:
        raise ValueError(f"variant is {variant!r}; must be one of {', '.join(VARIANTS)}")
    n = substrate.n + k
    network = with_new_head(substrate.module, substrate.arm, substrate.seed, n, variant)
    optimizer = make_optimizer(network)
    for epoch in range(1, epochs + 1):
        rng = stream(substrate.seed, "generalisation", k, epoch)
        train_epoch(network, optimizer, substrate.training, rng)
    return test(network, substrate, n)


def with_new_head(module: LeakyModule, arm: Arm, seed: int, n: int, variant: str) -> Network:
    """A network of `module` alone, its heads replaced by a fresh one for parity order `n`.

    What the arm keeps frozen in a new module stays frozen.
    """
    network = Network(arm.model_copy(update={"n_first": n, "n_max": n, "epochs": None}))
    newest = copy.deepcopy(module)
    for name, value in draw("readout", arm, seed, n).items():
        setattr(newest, name, torch.nn.Parameter(value))
    for name in ("input", "recurrent", "feedforward", "bias", "tau"):
        frozen = arm.growth is not None and not arm.growth.trains(name)
        frozen |= variant == "readout" or (name == "tau" and not arm.tau_trained)
        for tensor in newest.pathway(name).values():
            tensor.requires_grad_(not frozen)
    network.chain.append(newest)
    return network


def test(network: Network, substrate: Substrate, n: int) -> float:
    """Accuracy at the last step on the held-out sequences."""
    rng, found = stream(substrate.seed, "generalisation lengths", n), []
    for index in range(len(substrate.test)):
        bits, upstream = substrate.test.batch(index, draw_length(network.arm, n, rng))
        initial = task.draw_initial(rng, network.arm.units, bits.shape[1], network.arm.initial_state)
        found.append(final_accuracy(network.newest, bits, initial.to(bits), upstream, n, n))
    return float(np.mean(found))


def rows(
    network: Network | None, seed: int, n: int, k_max: int, epochs: int, test_batches: int
) -> list[dict]:
    """Rows (variant, k, n, accuracy) for K = 1 to `k_max`; NaN where there is no network at `n`."""
    if network is None:
        accuracies = {(variant, k): np.nan for variant in VARIANTS for k in range(1, k_max + 1)}
    else:
        substrate = Substrate(network, seed, n, k_max, test_batches)
        accuracies = {
            (variant, k): learn(substrate, k, variant, epochs)
            for variant in VARIANTS
            for k in range(1, k_max + 1)
        }
    return [
        {"variant": variant, "k": k, "n": n + k, "accuracy": accuracy}
        for (variant, k), accuracy in accuracies.items()
    ]
