"""Growth: what a new module inherits, what freezes, and that nothing older is touched."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.stats
import torch

from modgrow import extensions
from modgrow.arm import PATHWAYS, Growth
from modgrow.birth import Birth
from modgrow.errors import ModgrowError
from modgrow.learning.activity import source
from modgrow.learning.training import make_optimizer, train_epoch
from modgrow.model.growth import draw, grow
from modgrow.model.network import Network
from modgrow.streams import stream
from tests.conftest import small_arm


def grown(arm, modules, train=True, seed=0):
    """A network of `modules` curriculum steps, each briefly trained."""
    network = Network(arm)
    pool = source(arm, seed)
    births = []
    for step in range(modules):
        if step and arm.grows:
            pool.extend(network.newest)
        births.append(grow(network, seed))
        if train:
            train_epoch(network, make_optimizer(network), pool, stream(seed, "test", step))
    return network, births


def draw_bits(rng, length, sequences):
    """Bits (time, sequence), one as likely as zero."""
    return torch.from_numpy(rng.integers(0, 2, (length, sequences)).astype(np.float32))


def answers(network, bits):
    """Logits of every head, oldest first."""
    upstream = None
    found = []
    for module in network.chain:
        initial = torch.zeros(module.units, bits.shape[1])
        upstream = module.states(bits, initial, upstream)
        found.append(module.logits(upstream[-1]).detach())
    return torch.cat(found)


@pytest.mark.parametrize("flat", [False, True])
def test_all_heads_answer_identically_before_and_after_growth(rng, flat):
    network, _ = grown(small_arm(flat=flat), 3)
    bits = draw_bits(rng, 12, 8)
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
    assert set(optimizer.velocities) == {name for name, _ in network.newest.named_parameters()}
    assert not any(p.requires_grad for module in list(network.chain)[:-1] for p in module.parameters())
    train_epoch(network, optimizer, pool, stream(0, "more"))
    for name, value in network.state_dict().items():
        same = torch.equal(value, before[name])
        assert same != name.startswith("chain.2."), name


@pytest.mark.parametrize("pathway", PATHWAYS)
@pytest.mark.parametrize("origin", extensions.names("births"))
def test_every_pathway_is_born_as_the_policy_says(pathway, origin):
    arm = small_arm(growth=Growth(**{pathway: f"{origin} train"}))
    network, _ = grown(arm, 3)
    donor = copy.deepcopy(network.newest)
    birth = grow(network, 0)
    noise = stream(0, "birth noise", birth.n, pathway)
    for name, value in network.newest.pathway(pathway).items():
        trained = getattr(donor, name).detach()
        expected = {
            "copy": trained,
            "noisy_copy": trained * (1 + 0.05 * torch.from_numpy(noise.standard_normal(trained.shape))),
            "initial": donor.start[name],
            "random": draw(pathway, arm, 0, birth.n)[name],
            "zero": torch.zeros(trained.shape) if name != "tau" else torch.ones(5),
        }
        if origin == "zero":
            del expected["initial"]  # the donor began as zero too
        for other, tensor in expected.items():
            near = torch.allclose(value.detach(), tensor.float(), rtol=1e-6, atol=1e-8)
            assert near == (other == origin), (name, other)
    assert (pathway in birth.copied) == (origin in ("copy", "noisy_copy"))


def wide(**overrides):
    """Untrained modules of 60 units: enough entries for statistics."""
    network, _ = grown(small_arm(units=60, **overrides), 3, train=False)
    return network


def changes(network, name):
    """By what share each entry of the newest module differs from the donor's, the diagonal left out."""
    value = getattr(network.newest, name) / getattr(network.chain[-2], name) - 1
    value = value.detach().numpy()
    return value[~np.eye(60, dtype=bool)] if name == "recurrent" else value.ravel()


def test_noise_of_a_copy_is_gaussian_of_the_size_asked_for_and_of_no_other_draw():
    """Against SciPy's normal distribution; and no two pathways, seeds or modules share a draw."""
    noisy = Growth(recurrent="noisy_copy train", feedforward="noisy_copy train", tau="noisy_copy train")
    network = wide(growth=noisy, copy_noise=0.3)
    found = changes(network, "recurrent")
    assert found.std() == pytest.approx(0.3, rel=0.05)
    for name in ("recurrent", "feedforward", "tau"):
        assert scipy.stats.kstest(changes(network, name) / 0.3, "norm").pvalue > 0.01, name
    others = [network.newest.feedforward / network.chain[-2].feedforward - 1]
    others += [network.chain[-2].recurrent / network.chain[-3].recurrent - 1]
    others += [draw("recurrent", network.arm, 0, network.n_newest)["recurrent"]]
    others += [grown(network.arm, 3, train=False, seed=1)[0].newest.recurrent]
    for other in others:
        entries = other.detach().numpy()[~np.eye(60, dtype=bool)]
        assert abs(np.corrcoef(found, entries)[0, 1]) < 0.06  # 3,540 entries: 3.5 standard errors
    half = changes(wide(growth=noisy, copy_noise=0.15), "recurrent")
    np.testing.assert_allclose(half, found / 2, atol=1e-5)


def loop_without(pathway, module, bits, upstream):
    """Eqs. 1 to 4 in NumPy with one pathway left out of the equations: of tau, the leak."""
    w = {name: value.detach().numpy() for name, value in module.named_parameters()}
    states = [np.zeros((module.units, bits.shape[1]))]
    for t, bit in enumerate(bits.numpy()):
        drive = np.zeros_like(states[0])
        if pathway != "input":
            drive += np.outer(w["input"], bit)
        if pathway != "recurrent":
            drive += w["recurrent"] @ states[-1]
        if pathway != "feedforward":
            drive += w["feedforward"] @ upstream[t].numpy()
        if pathway != "bias":
            drive += w["bias"][:, None]
        answer = np.where(drive > 0, drive, 0.01 * drive)
        rate = 1 if pathway == "tau" else 1 / w["tau"][:, None]
        states.append((1 - rate) * states[-1] + rate * answer)
    return np.stack(states)


@pytest.mark.parametrize("pathway", ["input", "recurrent", "feedforward", "bias", "tau"])
def test_zero_and_frozen_is_a_pathway_that_is_not_there(rng, pathway):
    network, _ = grown(small_arm(growth=Growth(**{pathway: "zero freeze"})), 3)
    bits = draw_bits(rng, 12, 8)
    upstream = torch.from_numpy(rng.uniform(0, 1, (13, 5, 8)).astype(np.float32))
    states = network.newest.states(bits, torch.zeros(5, 8), upstream)
    expected = loop_without(pathway, network.newest, bits, upstream)
    np.testing.assert_allclose(states.numpy(), expected, rtol=1e-5, atol=1e-6)
    first = network.chain[1 if pathway == "feedforward" else 0]
    assert not torch.equal(getattr(first, pathway), getattr(network.newest, pathway))


def loading(birth):
    """`extensions.load`, but for one birth under every name."""
    load = extensions.load
    return lambda folder, name: SimpleNamespace(BIRTH=birth) if folder == "births" else load(folder, name)


def test_the_diagonal_stays_zero_whatever_a_birth_returns(monkeypatch):
    ones = Birth(lambda parents: parents.fresh.new_ones(parents.fresh.shape), "one", False)
    monkeypatch.setattr(extensions, "load", loading(ones))
    network, _ = grown(small_arm(), 3, train=False)
    assert torch.equal(network.newest.recurrent, torch.ones(5, 5) - torch.eye(5))


def test_a_birth_that_changes_a_shape_is_refused_by_its_files_name(monkeypatch):
    short = Birth(lambda parents: parents.trained[:1], "short", False)
    monkeypatch.setattr(extensions, "load", loading(short))
    network, _ = grown(small_arm(), 1, train=False)
    with pytest.raises(ModgrowError, match=r"births/copy\.py: input is \(1,\) .*, must be \(5,\)"):
        grow(network, 0)


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


def test_frozen_from_3_lets_module_2_train_all_and_freezes_from_the_next_on():
    frozen = set(PATHWAYS) - {"recurrent", "readout"}
    policy = Growth(**dict.fromkeys(frozen, "copy freeze"))
    _, births = grown(small_arm(growth=policy, frozen_from=3), 4)
    assert [set(birth.frozen) for birth in births] == [set(), set(), frozen, frozen]
    assert set(births[1].trained) == set(PATHWAYS)


def test_initial_means_that_every_module_begins_as_module_2_began():
    """Module 2 is drawn at random, not as module 1 began: `same_random_init`."""
    network, _ = grown(small_arm(growth=Growth(**dict.fromkeys(PATHWAYS, "initial train"))), 5)
    second = network.chain[1]
    for pathway in PATHWAYS:
        for name, value in draw(pathway, network.arm, 0, 3).items():
            assert torch.equal(second.start[name], value)
            assert pathway == "feedforward" or not torch.equal(value, network.chain[0].start[name])
            for module in list(network.chain)[2:]:
                assert torch.equal(module.start[name], value)
                assert not torch.equal(getattr(module, name), value)


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


def counted(network):
    """Weights (off-diagonal W^R, W^FF, readout weights) and all scalars, tensor by tensor."""
    weights = scalars = 0
    for module in network.chain:
        size = {name: value.numel() for name, value in module.named_parameters()}
        size["recurrent"] -= module.units
        weights += size["recurrent"] + size.get("feedforward", 0) + size["readout"]
        scalars += sum(size.values())
    return {"n_weights": weights, "n_parameters": scalars}


@pytest.mark.parametrize(("flat", "units"), [(False, 5), (False, 7), (True, 20)])
def test_parameter_counts_of_the_settings_equal_a_count_of_the_network(flat, units):
    arm = small_arm(flat=flat, units=units)
    for heads in (1, 2, 5):
        network, _ = grown(arm, heads, train=False)
        size = counted(network)
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
    arm = small_arm(units=100, bias_initial="single")
    bound = {"input": 1.0, "recurrent": 0.1, "feedforward": 0.1, "bias": 0.1, "readout": 0.1}
    for pathway, limit in bound.items():
        for name, value in draw(pathway, arm, 0, 2).items():
            assert value.abs().max() <= limit, name
            assert value.abs().max() > 0.9 * limit or value.numel() < 50, name
    tau = draw("tau", arm, 0, 2)["tau"]
    assert tau.min() >= 1.0
    assert tau.max() <= 2.0
    assert torch.equal(draw("recurrent", arm, 0, 2)["recurrent"].diagonal(), torch.zeros(100))


def test_a_single_bias_is_the_draw_it_always_was():
    """Networks of before can be made again: the stream and the order of its draws are part of the promise."""
    arm = small_arm(bias_initial="single", weight_scale=2.0)
    expected = stream(4, "birth", 7, "bias").uniform(-2 / np.sqrt(5), 2 / np.sqrt(5), 5).astype(np.float32)
    np.testing.assert_array_equal(draw("bias", arm, 4, 7)["bias"].numpy(), expected)


@pytest.mark.parametrize(
    ("arm", "n", "scales"),
    [
        (small_arm(units=4), 2, (1.0, 0.5)),
        (small_arm(units=4), 3, (1.0, 0.5, 0.5)),
        (small_arm(units=4, weight_scale=3.0), 3, (3.0, 1.5, 1.5)),
        (small_arm(units=9, flat=True), 2, (1.0, 1 / 3)),
    ],
)
def test_a_bias_at_birth_is_the_sum_of_one_uniform_per_pathway_into_the_neuron(arm, n, scales):
    """Against the moments of a sum of uniforms, over many seeds: U(-s, s) has s^2 / 3 and s^4 / 5."""
    found = torch.cat([draw("bias", arm, seed, n)["bias"] for seed in range(3000)]).numpy()
    second = sum(s**2 / 3 for s in scales)
    fourth = 3 * second**2 + sum(s**4 / 5 - 3 * (s**2 / 3) ** 2 for s in scales)  # cumulants add
    assert np.abs(found).max() <= sum(scales)
    assert abs(found.mean()) < 0.05 * np.sqrt(second)
    assert (found**2).mean() == pytest.approx(second, rel=0.03)
    assert (found**4).mean() == pytest.approx(fourth, rel=0.05)
