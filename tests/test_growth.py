"""Growth: what a new module inherits, what freezes, and that nothing older is touched."""

import copy

import pytest
import torch

from modgrow.arm import PATHWAYS, Growth
from modgrow.learning import task
from modgrow.learning.activity import source
from modgrow.learning.training import make_optimizer, train_epoch
from modgrow.model.growth import draw, grow
from modgrow.model.network import Network
from modgrow.streams import stream
from tests.conftest import small_arm


def grown(arm, modules, train=True, seed=0):
    """A network of `modules` curriculum steps, each briefly trained."""
    network, pool, births = Network(arm), source(arm, seed), []
    for step in range(modules):
        if step and arm.architecture == "modular":
            pool.extend(network.newest)
        births.append(grow(network, seed))
        if train:
            train_epoch(network, make_optimizer(network), pool, stream(seed, "test", step))
    return network, births


def answers(network, bits):
    """Logits of every head, oldest first."""
    upstream, found = None, []
    for module in network.chain:
        initial = torch.zeros(module.units, bits.shape[1])
        upstream = module.states(bits, initial, upstream)
        found.append(module.logits(upstream[-1]).detach())
    return torch.cat(found)


@pytest.mark.parametrize("flat", [False, True])
def test_all_heads_answer_identically_before_and_after_growth(rng, flat):
    network, _ = grown(small_arm(flat=flat), 3)
    bits = task.draw_bits(rng, 12, 8, 0.5)
    before = answers(network, bits)
    grow(network, 0)
    after = answers(network, bits)
    assert len(after) == len(before) + 1
    assert torch.equal(after[:-1], before)


def test_modules_below_the_newest_are_bit_identical_after_training():
    arm = small_arm()
    network, _ = grown(arm, 2)
    pool = source(arm, 0)
    for module in network.chain:
        pool.extend(module)
    grow(network, 0)
    before = copy.deepcopy(network.state_dict())
    optimizer = make_optimizer(network)
    in_optimizer = {id(p) for group in optimizer.param_groups for p in group["params"]}
    assert in_optimizer == {id(p) for p in network.newest.parameters()}
    assert not any(p.requires_grad for module in list(network.chain)[:-1] for p in module.parameters())
    train_epoch(network, optimizer, pool, stream(0, "more"))
    for name, value in network.state_dict().items():
        same = torch.equal(value, before[name])
        assert same != name.startswith("chain.2."), name


@pytest.mark.parametrize("pathway", PATHWAYS)
@pytest.mark.parametrize("origin", ["copy", "random", "initial"])
def test_every_pathway_is_born_as_the_policy_says(pathway, origin):
    arm = small_arm(growth=Growth(**{pathway: f"{origin} train"}))
    network, _ = grown(arm, 3)
    donor = copy.deepcopy(network.newest)
    birth = grow(network, 0)
    for name, value in network.newest.pathway(pathway).items():
        expected = {
            "copy": getattr(donor, name).detach(),
            "initial": donor.start[name],
            "random": draw(pathway, arm, 0, birth.n)[name],
        }
        for other, tensor in expected.items():
            assert torch.equal(value.detach(), tensor) == (other == origin), (name, other)
    assert (pathway in birth.copied) == (origin == "copy")


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_a_frozen_pathway_is_out_of_the_optimiser_and_does_not_move(pathway):
    arm = small_arm(growth=Growth(**{pathway: "copy freeze"}))
    network, births = grown(arm, 3)
    newest, donor = network.newest, network.chain[-2]
    for name, value in newest.pathway(pathway).items():
        assert not value.requires_grad
        assert torch.equal(value, getattr(donor, name))
        assert torch.equal(value, newest.start[name])
    for other in set(PATHWAYS) - {pathway}:
        for name, value in newest.pathway(other).items():
            assert not torch.equal(value, newest.start[name]), f"{other} should have trained"
    scalars = {"recurrent": 20, "feedforward": 25, "readout": 12}.get(pathway, 5)
    assert births[-1].frozen == {pathway: scalars}


def test_the_first_module_that_owns_a_pathway_always_trains_it():
    arm = small_arm(growth=Growth(**dict.fromkeys(PATHWAYS, "copy freeze")))
    network, births = grown(arm, 2)
    assert set(births[0].trained) == set(PATHWAYS) - {"feedforward"}
    assert set(births[1].trained) == {"feedforward"}
    assert set(births[1].frozen) == set(PATHWAYS) - {"feedforward"}
    assert not torch.equal(network.chain[1].feedforward, network.chain[1].start["feedforward"])


def test_initial_means_the_donors_own_untrained_start_all_the_way_down():
    """With `initial` for all, every module is born as module 1 was: `same_random_init`."""
    policy = Growth(**dict.fromkeys(PATHWAYS, "initial train"))
    network, _ = grown(small_arm(growth=policy), 4)
    for module in network.chain:
        for name in ("input", "recurrent", "bias", "tau", "readout"):
            assert torch.equal(module.start[name], network.chain[0].start[name])
    assert torch.equal(network.chain[3].start["feedforward"], network.chain[1].start["feedforward"])


def test_a_flat_network_keeps_training_everything():
    network, births = grown(small_arm(flat=True, units=6), 3)
    assert len(network.chain) == 1
    assert network.newest.readout.shape == (3, 2, 6)
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert births[2].trained == {"readout": 14}


def test_untrained_tau_stays_where_it_started():
    network, _ = grown(small_arm(tau_trained=False, tau_initial=[1.0, 1.0]), 2)
    for module in network.chain:
        assert torch.equal(module.tau, torch.ones(5))


@pytest.mark.parametrize(("flat", "units"), [(False, 5), (False, 7), (True, 20)])
def test_parameter_counts_of_the_settings_equal_a_count_of_the_network(flat, units):
    arm = small_arm(flat=flat, units=units)
    for heads in (1, 2, 5):
        network, _ = grown(arm, heads, train=False)
        size = network.count()
        assert size == {"n_weights": arm.n_weights(heads), "n_parameters": arm.n_parameters(heads)}
        scalars = sum(p.numel() for p in network.parameters()) - sum(m.units for m in network.chain)
        assert size["n_parameters"] == scalars


def test_the_flat_sizes_match_the_modular_ones_at_n_30():
    """20/54/91/128 against 5/10/15/20 within 4 % (Fig. 2, 'comparable number at N = 30')."""
    for modular, flat in ((5, 20), (10, 54), (15, 91), (20, 128)):
        chain = small_arm(units=modular).n_weights(29)
        whole = small_arm(units=flat, flat=True).n_weights(29)
        assert whole == pytest.approx(chain, rel=0.04)


def test_initial_values_lie_where_the_protocol_says():
    arm = small_arm(units=100)
    bound = {"input": 1.0, "recurrent": 0.1, "feedforward": 0.1, "bias": 0.1, "readout": 0.1}
    for pathway, limit in bound.items():
        for name, value in draw(pathway, arm, 0, 2).items():
            assert value.abs().max() <= limit, name
            assert value.abs().max() > 0.9 * limit or value.numel() < 50, name
    tau = draw("tau", arm, 0, 2)["tau"]
    assert tau.min() >= 1.0
    assert tau.max() <= 2.0
    assert torch.equal(draw("recurrent", arm, 0, 2)["recurrent"].diagonal(), torch.zeros(100))
