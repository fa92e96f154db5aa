"""Generalisation: a network that has solved N learns N + K with a new head (Fig. 2c).

The new head sits on the last module of a modular network, or on the whole flat one. Variant "default"
trains the head and what was trainable at the end of N, for each K apart; "readout" the head alone: then
nothing below it changes, and the heads of all K are trained on one forward pass.
"""

import copy
from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.optim.sgd import sgd

from modgrow import task
from modgrow.arm import Arm
from modgrow.learning.activity import Batch, Fresh, Pool
from modgrow.learning.draws import draw_bits, draw_initial, draw_length
from modgrow.learning.held_out import final_accuracy
from modgrow.learning.progress import say
from modgrow.learning.training import make_optimizer, train_epoch
from modgrow.model.growth import draw
from modgrow.model.network import PATHWAY_TENSORS, WEIGHTS, LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream

VARIANTS = ("default", "readout")
USUAL_POOL = 100  # for arms that train without one


class Substrate:
    """What a network was when it had just solved `n`: its last module, and batches for training and test.

    `solved` is that network, `Trained.at(n)`. What lies below its last module never changes, so batches come
    from pools with its activity, test batches at p = 0.5. Networks of one module alone train on new bits.
    """

    def __init__(self, solved: Trained, k_max: int, test_batches: int):
        self.arm = solved.arm
        self.seed = solved.seed
        self.n = solved.n_solved
        *below, self.module = solved.network.chain
        longest = self.arm.model_copy(update={"n_max": self.n + k_max, "epochs": None})
        even = longest.model_copy(update={"density": 0.5})
        self.test = Pool(even, self.seed, "generalisation test", test_batches)
        self.training: Pool | Fresh = Fresh(longest)
        if self.arm.grows:
            own = self.arm.pool_batches
            batches = USUAL_POOL if own == "fresh" else own
            self.training = Pool(longest, self.seed, "generalisation training", batches)
        for module in below:
            self.training.extend(module)
            self.test.extend(module)

    def longest(self, n: int, rng: np.random.Generator) -> Batch:
        """A training batch as long as N = `n` can ask for."""
        _, length = self.arm.lengths(n)
        if isinstance(self.training, Pool):
            return self.training.batch(int(rng.integers(len(self.training))), length)
        bits = draw_bits(rng, length, self.arm.batch_size, self.arm.density)
        return Batch(bits.to(self.module.tau), None)


def learn(substrate: Substrate, k: int, epochs: int) -> float:
    """Accuracy on N + K at p = 0.5 after `epochs` epochs on N + K alone: variant "default"."""
    n = substrate.n + k
    network = with_new_heads(substrate.module, substrate.arm, substrate.seed, [n], "default")
    optimizer = make_optimizer(network)
    for epoch in range(1, epochs + 1):
        rng = stream(substrate.seed, "generalisation", k, epoch)
        train_epoch(network, optimizer, substrate.training, rng)
    return test(network, substrate, n)


def learn_heads(substrate: Substrate, k_max: int, epochs: int) -> list[float]:
    """Accuracies on N + 1 to N + K_max at p = 0.5, each head trained alone: variant "readout"."""
    orders = range(substrate.n + 1, substrate.n + k_max + 1)
    network = with_new_heads(substrate.module, substrate.arm, substrate.seed, orders, "readout")
    newest = network.newest
    velocities = [torch.zeros_like(value.detach()) for value in (newest.readout, newest.readout_bias)]
    for epoch in range(1, epochs + 1):
        rng = stream(substrate.seed, "generalisation of heads", epoch)
        for _ in range(substrate.arm.updates_per_epoch):
            states, labels = read_apart(substrate, orders, rng)
            update_heads(newest, velocities, states, labels, substrate.arm)
    return [test(network, substrate, n) for n in orders]


def read_apart(substrate: Substrate, orders: range, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """States (head, unit, sequence) of the module, and labels (head, sequence), from one forward pass.

    Each head reads the pass at a random length of its own N: the beginning of a longer sequence is a
    sequence of that length.
    """
    arm = substrate.arm
    batch = substrate.longest(orders[-1], rng)
    initial = draw_initial(rng, arm.units, arm.batch_size, arm.initial_state).to(batch.bits)
    states = substrate.module.states(batch.bits, initial, batch.upstream)
    lengths = [draw_length(arm, n, rng) for n in orders]
    labels = [
        task.named(arm.task).final_labels(batch.bits[:length], n, n)
        for n, length in zip(orders, lengths, strict=True)
    ]
    return states[lengths], torch.cat(labels)


def update_heads(
    module: LeakyModule, velocities: list[Tensor], states: Tensor, labels: Tensor, arm: Arm
) -> None:
    """One step of each head down its own cross-entropy; every head's gradient is clipped by itself.

    `velocities` are the momentum of readout and readout_bias. Torch's SGD as a function: making it as an
    object imports torch's compiler, which takes longer than all these steps.
    """
    loss = nn.functional.cross_entropy(module.logits(states), labels, reduction="sum") / labels.shape[1]
    heads = [module.readout, module.readout_bias]
    weight, bias = torch.autograd.grad(loss, heads)
    norm = (weight.square().sum((1, 2)) + bias.square().sum(1)).sqrt()
    scale = (arm.clip_norm / norm).clamp(max=1.0)
    weight *= scale[:, None, None]
    bias *= scale[:, None]
    rates = {"lr": arm.learning_rate, "momentum": arm.momentum, "nesterov": arm.nesterov}
    usual = {"weight_decay": 0.0, "dampening": 0.0, "maximize": False, "foreach": False}
    with torch.no_grad():
        sgd(heads, [weight, bias], velocities, **rates, **usual)


def with_new_heads(module: LeakyModule, arm: Arm, seed: int, orders: Sequence[int], variant: str) -> Network:
    """A network of a copy of `module` alone, its heads replaced by fresh ones for consecutive N.

    What the arm keeps frozen in a new module stays frozen; in variant "readout" all but the heads is.
    """
    network = Network(arm.model_copy(update={"n_first": orders[0], "n_max": orders[-1], "epochs": None}))
    newest = copy.deepcopy(module).requires_grad_(True)
    fresh = [draw("readout", arm, seed, n) for n in orders]
    for name in PATHWAY_TENSORS["readout"]:
        setattr(newest, name, nn.Parameter(torch.cat([values[name] for values in fresh])))
    for name in WEIGHTS:
        if variant == "readout" or _stays_frozen(arm, name):
            for tensor in newest.pathway(name).values():
                tensor.requires_grad_(False)
    network.chain.append(newest)
    return network


def _stays_frozen(arm: Arm, pathway: str) -> bool:
    """Whether training leaves this pathway of a new module as it was born."""
    if pathway == "tau" and not arm.tau_trained:
        return True
    return arm.grows and not arm.growth.trains(pathway)


def test(network: Network, substrate: Substrate, n: int) -> float:
    """Accuracy of the head for `n` at the last step of held-out sequences as long as `n` asks for."""
    arm = network.arm
    head = n - arm.n_first
    rng = stream(substrate.seed, "generalisation lengths", n)
    found = []
    for index in range(len(substrate.test)):
        bits, upstream = substrate.test.batch(index, draw_length(arm, n, rng))
        initial = draw_initial(rng, arm.units, bits.shape[1], arm.initial_state).to(bits)
        labels = task.named(arm.task).final_labels(bits, n, n)  # all heads are asked, one is meant
        found.append(final_accuracy(network.newest, bits, initial, upstream, labels)[head])
    return float(np.mean(found))


def rows(trained: Trained, n: int, k_max: int, epochs: int, test_batches: int) -> pd.DataFrame:
    """Rows (variant, k, n, accuracy) for K = 1 to `k_max`; NaN for a network that never solved `n`."""
    solved = trained.at(n)
    if solved is None:
        accuracies = {variant: [np.nan] * k_max for variant in VARIANTS}
    else:
        accuracies = _accuracies(Substrate(solved, k_max, test_batches), k_max, epochs)
    found = []
    for variant in VARIANTS:
        for k, accuracy in enumerate(accuracies[variant], 1):
            found.append({"variant": variant, "k": k, "n": n + k, "accuracy": accuracy})
    return pd.DataFrame(found)


def _accuracies(substrate: Substrate, k_max: int, epochs: int) -> dict[str, list[float]]:
    """Accuracies on N + 1 to N + K_max, by variant."""
    heads_alone = learn_heads(substrate, k_max, epochs)
    with_the_module = []
    for k in range(1, k_max + 1):
        with_the_module.append(learn(substrate, k, epochs))
        say(f"K {k}/{k_max}  accuracy {with_the_module[-1]:.3f}")
    return {"default": with_the_module, "readout": heads_alone}
