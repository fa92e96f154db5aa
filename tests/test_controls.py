"""Networks that take the growing chain apart: against the fast core, by causality, and by what may move."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow import config
from modgrow.arm import Arm
from modgrow.controls.curriculum import ControlCurriculum
from modgrow.controls.kinds import KINDS, head_units
from modgrow.controls.network import ControlNetwork
from modgrow.controls.recipes import FRESH, recipe
from modgrow.errors import SettingsError
from modgrow.figures import controls as controls_figure
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.training import make_optimizer, update
from modgrow.model.growth import grow
from modgrow.plan import controls as plan_controls
from modgrow.schemas.controls import SCHEMA
from modgrow.streams import stream
from tests.conftest import small_arm
from tests.test_docs import glossary

SMALL = {"updates_per_epoch": 30, "batch_size": 32, "test_batches": 3, "dtype": "float64"}


def small(kind, units=3, n_max=5, **changes):
    """A recipe that trains in a second."""
    rate = changes.pop("learning_rate", 0.2)
    epochs = changes.pop("epochs", 3)
    return recipe(KINDS[kind], units, n_max, epochs, rate, **{**SMALL, **changes})


def trained(kind, n=4, updates=5, **changes):
    """A curriculum whose network was brought to N = `n` untested, a few updates on each."""
    curriculum = ControlCurriculum(KINDS[kind], small(kind, **changes), 0)
    rng = stream(0, "training", 1)
    while True:
        for _ in range(updates):
            curriculum.update(rng)
        if curriculum.network.n_newest >= n:
            return curriculum
        curriculum.n_solved = curriculum.network.n_newest
        curriculum.advance()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["grown_frozen", "flat"])
def test_the_ordinary_kinds_take_the_updates_of_the_fast_core(kind, dtype):
    """The same births, bits and initial states, and after two updates on each of three N the same weights."""
    arm = small(kind, dtype=dtype)
    ours = ControlCurriculum(KINDS[kind], arm, 0)
    theirs = Curriculum(arm, 0)
    network, optimizer = theirs.network, make_optimizer(theirs.network)
    for n in (2, 3, 4):
        mine, fast = stream(0, "training", n), stream(0, "training", n)
        for _ in range(2):
            loss, _ = ours.update(mine)
            step = update(network, optimizer, theirs._source.draw(network, n, fast), fast)
            assert step.loss == pytest.approx(loss, abs=1e-5)
        found = ours.network.whole()
        for name, value in network.newest.named_parameters():
            same = found[name] if name.startswith("readout") and kind == "flat" else found[name][-1:]
            value = value if name.startswith("readout") else value[None]
            torch.testing.assert_close(same, value.detach(), rtol=0, atol=1e-5, msg=name)
        ours.advance()
        grow(network, 0)
        optimizer = make_optimizer(network)


@pytest.mark.parametrize("kind", ["grown_frozen", "flat"])
def test_the_test_is_that_of_the_arms(kind):
    arm = small(kind)
    ours, theirs = ControlCurriculum(KINDS[kind], arm, 0), Curriculum(arm, 0)
    for _ in range(2):
        ours.advance()
        grow(theirs.network, 0)
    assert ours.test(7).tolist() == theirs._test.accuracies(theirs.network, 7).tolist()


def test_a_whole_training_is_the_arms():
    arm = small("grown_frozen", epochs=4, updates_per_epoch=60, threshold=0.7)
    ours, theirs = list(ControlCurriculum(KINDS["grown_frozen"], arm, 3)), list(Curriculum(arm, 3))
    assert len(ours) == len(theirs) == 4
    assert ours[-1].n > 2
    for mine, fast in zip(ours, theirs, strict=True):
        for name in ("epoch", "n", "n_solved", "diverged", "clipped"):
            assert getattr(mine, name) == getattr(fast, name)
        assert mine.loss == pytest.approx(fast.loss, abs=1e-9)
        assert (mine.accuracy, mine.accuracy_previous) == (fast.accuracy, fast.accuracy_previous)


@pytest.mark.parametrize("kind", ["grown_frozen", "grown_unfrozen", "static_chain"])
def test_frozen_modules_stay_to_the_bit_and_others_move(kind):
    curriculum = trained(kind)
    before = curriculum.network.whole()
    curriculum.update(stream(0, "training", 2))
    after = curriculum.network.whole()
    for name in before:
        moves = [not torch.equal(b, a) for b, a in zip(before[name], after[name], strict=True)]
        older = [False, False] if KINDS[kind].frozen else [name != "feedforward", True]
        assert moves == [*older, True], name


def test_a_grown_module_is_a_copy_of_the_one_below_as_trained_and_a_static_one_is_fresh():
    for kind in ("grown_frozen", "grown_unfrozen", "static_chain"):
        curriculum = trained(kind)
        curriculum.advance()
        values = curriculum.network.whole()
        for name in ("input", "recurrent", "feedforward", "bias", "tau"):
            assert torch.equal(values[name][-1], values[name][-2]) == KINDS[kind].copied, (kind, name)
        assert not torch.equal(values["readout"][-1], values["readout"][-2])


def test_modules_above_the_newest_head_could_not_have_changed_anything():
    """A chain whose modules all stand there from the start, trained by hand: `static_chain` to the bit."""
    curriculum = trained("static_chain")
    arm = curriculum.arm
    chain = ControlNetwork(KINDS["static_at_once"], arm, 0)  # all modules and heads, as drawn
    leaves = chain.trained
    rng = stream(0, "training", 1)
    for n in (2, 3, 4):
        momentum = {}
        for _ in range(5):
            bits = curriculum._fresh.new_bits(n, rng)
            initial = ControlNetwork.draw_initial(of_heads(chain, n - 1), rng, bits.shape[1])
            padding = torch.rand(4 - (n - 1), 3, bits.shape[1], dtype=bits.dtype, generator=torch.Generator())
            logits = chain.logits(bits, torch.cat([initial, padding]))[: n - 1]
            labels = torch.stack([bits[-k:].sum(0) % 2 for k in range(2, n + 1)]).long()
            loss = torch.nn.functional.cross_entropy(logits, labels, reduction="sum") / bits.shape[1]
            gradients = dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))
            descend(leaves, gradients, momentum, arm)
    for name, value in curriculum.network.whole().items():
        torch.testing.assert_close(leaves[name].detach()[:3], value, rtol=0, atol=1e-12, msg=name)
    for name, value in ControlNetwork(KINDS["static_at_once"], arm, 0).whole().items():
        assert torch.equal(leaves[name].detach()[3], value[3]), name  # above: as drawn


def of_heads(network, heads):
    """Stands in for a network with so many heads where initial states are drawn."""
    found = object.__new__(ControlNetwork)
    found.arm, found.heads = network.arm, heads
    return found


@torch.no_grad()
def descend(leaves, gradients, momentum, arm):
    """Clipped Nesterov SGD, written down."""
    norm = float(sum((g**2).sum() for g in gradients.values())) ** 0.5
    for name, gradient in gradients.items():
        g = gradient * min(1.0, arm.clip_norm / (norm + 1e-6))
        momentum[name] = arm.momentum * momentum.get(name, 0.0) + g
        leaves[name] -= arm.learning_rate * (g + arm.momentum * momentum[name])


def test_in_a_chain_nothing_reaches_down(rng):
    network = trained("grown_unfrozen").network
    bits = torch.from_numpy(rng.integers(0, 2, (9, 6))).double()
    initial = network.draw_initial(stream(0, "initial"), 6)
    logits = network.logits(bits, initial)
    for head in range(3):
        network.trained["recurrent"].grad = None
        logits[head].sum().backward(retain_graph=True)
        reached = network.trained["recurrent"].grad.abs().amax((1, 2)) > 0
        assert reached.tolist() == [module <= head for module in range(3)]


@pytest.mark.parametrize("kind", ["flat_blocks", "flat"])
def test_a_head_reads_its_block_alone_or_all(kind, rng):
    """Each head's answer by hand from the last states, other units' states being anything."""
    network = trained(kind).network
    assert (network.arm.units, head_units(KINDS[kind], network.arm)) == (
        12,
        3 if kind == "flat_blocks" else 12,
    )
    states = torch.from_numpy(rng.normal(size=(1, 12, 6)))
    values = network.whole()
    logits = network._read(states, values)
    for head in range(3):
        block = slice(3 * head, 3 * head + 3) if kind == "flat_blocks" else slice(None)
        by_hand = values["readout"][head] @ states[0, block] + values["readout_bias"][head][:, None]
        torch.testing.assert_close(logits[head], by_hand)
        others = states.clone()
        others[0, block] = 9.0
        moved = (network._read(others, values) != logits).any(2).any(1).tolist()
        assert moved == [kind == "flat" or k == head for k in range(3)]


def test_in_a_flat_network_every_unit_is_reached_by_every_head(rng):
    for kind in ("flat_blocks", "flat"):
        network = trained(kind).network
        bits = torch.from_numpy(rng.integers(0, 2, (9, 6))).double()
        logits = network.logits(bits, network.draw_initial(stream(0, "initial"), 6))
        for head in range(3):
            network.trained["recurrent"].grad = None
            logits[head].sum().backward(retain_graph=True)
            gradient = network.trained["recurrent"].grad[0]
            assert ((gradient != 0) == ~torch.eye(12, dtype=bool)).all()


def test_recipes_differ_in_what_their_kind_says_alone():
    arms = {kind: small(kind) for kind in KINDS}
    assert arms["grown_frozen"] == arms["grown_unfrozen"]
    assert arms["flat"] == arms["flat_blocks"]
    assert arms["static_chain"].growth.model_dump() == FRESH
    assert arms["flat"].units == 4 * arms["grown_frozen"].units  # N = 2 to 5
    usual = small_arm(units=3, **SMALL, pool_batches="fresh", n_max=5, learning_rate=0.2)
    assert arms["grown_frozen"] == usual


def test_all_at_once_is_solved_up_to_the_first_head_that_fails():
    curriculum = ControlCurriculum(KINDS["static_at_once"], small("static_at_once"), 0)
    assert curriculum.network.n_newest == 5
    for accuracies, n in (
        ([1, 1, 1, 1], 5),
        ([1, 1, 0.9, 1], 3),
        ([0.9, 1, 1, 1], 1),
        ([0.99, 0.99, 1, 0.5], 4),
    ):
        assert curriculum._solved_at(np.array(accuracies)) == n


def test_one_after_another_the_newest_and_the_mean_of_all_before_decide():
    curriculum = trained("grown_unfrozen")
    for accuracies, n in (([1, 1, 1], 4), ([1, 0.97, 0.99], 4), ([1, 0.95, 1], 0), ([1, 1, 0.98], 0)):
        assert curriculum._solved_at(np.array(accuracies)) == n


def test_training_ends_where_it_must():
    easy = small("grown_unfrozen", threshold=0.0, epochs=9)
    assert [row.n_solved for row in ControlCurriculum(KINDS["grown_unfrozen"], easy, 0)] == [2, 3, 4, 5]
    hard = small("static_chain", threshold=1.0)
    assert [row.n for row in ControlCurriculum(KINDS["static_chain"], hard, 0)] == [2, 2, 2]
    broken = ControlCurriculum(KINDS["flat"], small("flat"), 0)
    broken.network.trained["bias"].data[0, 0] = torch.nan
    (only,) = broken
    assert only.diverged
    assert np.isnan(only.accuracy)


def test_the_glossary_names_every_column():
    assert sorted(glossary()["controls"]) == sorted(SCHEMA.columns.names)


def settings(**own):
    """Settings of one arm, with `own` under `controls`."""
    return config.check({"arms": {"modular_5": {"units": 5}}, "first_seed": 7, "controls": own})


def test_every_kind_is_trained_in_every_size_at_every_rate():
    asked = settings(units=[2, 3], n_max=4, seeds=3, epochs=9, learning_rates=[0.2, 0.05])
    found = plan_controls.controls(asked)
    assert len(found) == len(KINDS) * 2 * 2
    control = found["flat_blocks_3.lr_0.05"]
    assert (control.kind, control.units, control.recipe.units) == ("flat_blocks", 3, 9)  # N = 2, 3, 4
    assert (control.recipe.learning_rate, control.recipe.n_max, control.recipe.epochs) == (0.05, 4, 9)
    assert plan_controls.seeds_of(asked)["flat_blocks_3.lr_0.05"] == range(7, 10)


def test_by_default_a_control_is_trained_as_the_arms_are_and_tested_as_often():
    arm = plan_controls.controls(settings())["grown_frozen_5.lr_0.2"].recipe
    assert arm == Arm(units=5, n_max=12, epochs=25, pool_batches="fresh")


def test_the_identity_of_a_network_changes_with_what_makes_it_and_with_nothing_else():
    one = plan_controls.identity_of(settings(), "flat_5.lr_0.05", 7)
    more = settings(seeds=9, learning_rates=[0.05, 0.4], units=[5])
    assert plan_controls.identity_of(more, "flat_5.lr_0.05", 7) == one
    longer = settings(epochs=26)
    assert plan_controls.identity_of(longer, "flat_5.lr_0.05", 7) != one
    births = json.loads(plan_controls.identity_of(settings(), "static_chain_5.lr_0.2", 7))["files"]
    assert births == ["modgrow/births/random.py", "modgrow/tasks/parity.py"]


@pytest.mark.parametrize(
    "own", [{"units": [5, 5]}, {"learning_rates": [0.1, 0.1]}, {"n_max": 2}, {"units": []}]
)
def test_settings_of_controls_that_cannot_be_are_refused(own):
    with pytest.raises(SettingsError, match=f"controls.*{next(iter(own))}"):
        settings(**own)


def test_memory_asked_for_grows_with_the_sequences_and_the_units():
    found = plan_controls.controls(settings(units=[4, 80], n_max=50))  # the largest that may be asked
    small, large = (plan_controls.memory_mb(found[f"flat_{units}.lr_0.2"]) for units in (4, 80))
    assert small < 3000
    assert large - 1200 == pytest.approx(20 * (small - 1200), rel=0.01)


def test_the_figure_shows_the_mean_of_networks_which_keep_what_they_solved():
    rows = [
        ("flat", 5, 0.2, seed, epoch, 3, n)
        for seed, ns in enumerate([[2, 3], [1]])
        for epoch, n in enumerate(ns, 1)
    ]
    table = pd.DataFrame(rows, columns=["kind", "units", "learning_rate", "seed", "epoch", "n", "n_solved"])
    figure = controls_figure.draw(table)
    (panel,) = figure.axes
    means = [line for line in panel.lines if line.get_linewidth() == 1.6]
    drawn = [line.get_ydata().tolist() for line in means if not np.isnan(line.get_ydata()).all()]
    assert drawn[-1] == [1, 1.5, 2]
