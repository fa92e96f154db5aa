"""Networks built by hand: exact for every N, an error never grows, and ordinary networks to all who ask."""

import itertools

import numpy as np
import pytest
import torch

from modgrow import task
from modgrow.errors import ModgrowError
from modgrow.experiments import conservation, generalisation, perturbation
from modgrow.model import exact
from modgrow.store import networks
from modgrow.streams import stream
from modgrow.verdict import half_points

OFF = 0.138  # what a first module of two units may be off by, a little less than one seventh


def parity(bits, n):
    """Parity of the last `n` bits, at every time from the n-th bit on, by sums of all bits before."""
    sums = torch.cat([torch.zeros_like(bits[:1]), bits.cumsum(0)])
    return (sums[n:] - sums[:-n]) % 2


def errors(trained, steps=40, sequences=4, seed=0):
    """By how much the number that each head reads is off at most, from the n-th bit on."""
    drawn = stream(seed, "bits of a test").integers(0, 2, (trained.n_solved + steps, sequences))
    bits = torch.from_numpy(drawn).to(trained.network.newest.tau)
    found = []
    below = None
    for module in trained.network.chain:
        below = module.states(bits, torch.zeros(module.units, sequences).to(bits), below)
        readout = module.readout[:, 1] - module.readout[:, 0]
        offset = module.readout_bias[:, 1] - module.readout_bias[:, 0]
        for row, constant in zip(readout, offset, strict=True):
            n = 2 + len(found)
            read = torch.einsum("u,tus->ts", row, below[1:]) + constant + 0.5
            found.append((read[n - 1 :] - parity(bits, n)).abs().max().item())
    return np.array(found)


@pytest.mark.parametrize(("units", "most"), [(2, OFF), (3, 1e-13), (5, 1e-13), (10, 1e-13)])
def test_a_chain_is_exact_for_every_n_to_1000(units, most):
    found = errors(exact.chain(units, 1000, dtype="float64"), sequences=2)
    assert len(found) == 999
    assert found.max() < most


@pytest.mark.parametrize(("units", "most"), [(2, OFF), (3, 1e-4), (10, 1e-4)])
def test_single_precision_is_enough(units, most):
    assert errors(exact.chain(units, 300)).max() < most


@pytest.mark.parametrize("slope", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("units", [2, 3, 7])
def test_any_slope_below_one_will_do(slope, units):
    for leak in ("outside", "inside"):
        trained = exact.chain(units, 40, negative_slope=slope, leak=leak, dtype="float64")
        assert errors(trained).max() < (OFF if units == 2 else 1e-11)


@pytest.mark.parametrize(("units", "n"), [(2, 2), (3, 2), (20, 11), (54, 28), (91, 46), (128, 65)])
def test_a_flat_network_of_pairs_holds_half_its_units_and_one(units, n):
    trained = exact.flat(units, dtype="float64")
    assert (trained.n_solved, trained.heads[-1], trained.n_tasks_solved) == (n, n, n - 1)
    assert errors(trained).max() < (OFF if units % 2 == 0 else 1e-13)


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.5, 0.9])
def test_two_units_of_the_first_module_are_right_on_all_sequences(slope):
    """All 256 of eight bits, the last read after every history that it can have in them."""
    bits = torch.tensor(list(itertools.product((0, 1), repeat=8))).T
    trained = exact.chain(2, 2, negative_slope=slope)
    assert torch.equal(trained.answers(bits)[0, 1:], parity(bits, 2))


def leaky(x, slope):
    return x if x >= 0.0 else slope * x


def test_modules_compute_the_formula():
    """Referee: the equation of the docstring in plain Python, bit by bit and module by module."""
    slope, n = 0.01, 6
    w1 = -2.0 / (1.0 - slope)
    w2 = 1.0 - slope * w1
    trained = exact.chain(4, n, dtype="float64")
    bits = stream(0, "formula").integers(0, 2, 60).tolist()
    states = trained.activity(bits)[..., 0]
    first = trained.network.chain[0]
    offset = (first.readout_bias[0, 1] + 0.5).item()
    below = [offset] + [(first.readout[0, 1] @ state).item() + offset for state in states[0]]
    for module, own in zip(list(trained.network.chain)[1:], states[1:], strict=True):
        answers = [slope * w1]  # of a silent module
        for t, bit in enumerate(bits):
            args = (below[t] + bit - 1.0, below[t] + bit)
            assert own[t].tolist() == pytest.approx([leaky(args[i], slope) for i in (0, 0, 1, 1)])
            answers.append(w1 * leaky(args[0], slope) + w2 * leaky(args[1], slope) + slope * w1)
        read = module.readout[0, 1] @ own.T + module.readout_bias[0, 1] + 0.5
        assert read.tolist() == pytest.approx(answers[1:])
        below = answers


def gate(below, bit, slope):
    """What a module makes of an answer below that is any number: its own weights, one step."""
    trained = exact.chain(2, 4, negative_slope=slope, dtype="float64")
    donor, module = trained.network.chain[1], trained.network.chain[2]
    direction = donor.readout[0, 1]
    offset = (donor.readout_bias[0, 1] + 0.5).item()
    states = torch.outer(direction / (direction @ direction), below - offset)  # that it reads as `below`
    given = torch.full((1, len(below)), float(bit), dtype=torch.float64)
    after = module.states(given, torch.zeros_like(states), torch.stack([states, states]))[-1]
    return module.readout[0, 1] @ after + module.readout_bias[0, 1] + 0.5


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.5, 0.9])
@pytest.mark.parametrize("bit", [0, 1])
def test_an_error_never_grows_on_any_piece(slope, bit):
    """Slopes on a grid that meets every bend (at -1, 0 and 1) are the three of the docstring."""
    grid = torch.arange(-40, 41, dtype=torch.float64) / 10.0
    made = gate(grid, bit, slope)
    slopes = made.diff() / grid.diff()
    for expected, where in ((-slope, grid < -bit), (1.0, (grid >= -bit) & (grid < 1 - bit)), (-1.0, None)):
        pieces = slopes[where[:-1]] if where is not None else slopes[grid[:-1] >= 1 - bit]
        assert pieces.numpy() == pytest.approx(np.full(len(pieces), expected), abs=1e-9)
    for right in (0.0, 1.0):
        wanted = float(bool(right) ^ bool(bit))
        assert ((made - wanted).abs() <= (grid - right).abs() + 1e-9).all()


def disturbed(n, shared, draw):
    """A chain whose weights are off by a thousandth, each in its own way or all from the second on alike."""
    trained = exact.chain(10, n, dtype="float64")
    for m, module in enumerate(trained.network.chain, 1):
        whose = min(m, 2) if shared else m
        for name in ("input", "recurrent", "feedforward", "bias"):
            value = getattr(module, name)
            if value is not None:
                drawn = stream(draw, "noise of a test", name, whose).standard_normal(tuple(value.shape))
                value.mul_(1.0 + 1e-3 * torch.from_numpy(drawn))
    return trained


def growth(shared, draw):
    """How much larger errors are at N = 300 than at N = 50."""
    found = errors(disturbed(300, shared, draw), sequences=2)
    assert found[-1] < 0.5
    return found[298] / found[48]


def test_noise_of_each_module_adds_up_along_the_chain_and_noise_that_all_share_need_not():
    """One map again and again draws errors in or does not: 13 of 24 draws settled at 2 units."""
    assert min(growth(False, draw) for draw in range(4)) > 1.4
    assert min(growth(True, draw) for draw in range(4)) < 1.05


@pytest.mark.parametrize("trained", [exact.chain(3, 9), exact.flat(12)], ids=["chain", "flat"])
def test_it_comes_back_from_a_file(trained, tmp_path):
    networks.write(tmp_path / "exact.safetensors", trained)
    found = networks.read(tmp_path / "exact.safetensors")
    assert networks.fingerprint(found) == networks.fingerprint(trained)
    bits = stream(1, "bits of a test").integers(0, 2, (60, 3))
    assert torch.equal(found.answers(bits), trained.answers(bits))
    assert torch.equal(found.at(5).answers(bits), trained.answers(bits)[:4])
    for n, answers in zip(found.heads, found.answers(bits), strict=True):
        assert torch.equal(answers[n - 1 :], parity(torch.from_numpy(bits), n))


def test_it_is_asked_how_much_noise_it_bears():
    noise = perturbation.EVERYWHERE["weights"]
    strengths = [0.0, 0.001, 0.1, 10.0]
    table = perturbation.sweep(exact.chain(2, 20).network, 0, "weights", noise, strengths, draws=3, steps=200)
    accuracy = table.groupby("epsilon")["accuracy"].min()
    assert accuracy[0.0] == accuracy[0.001] == 1.0
    assert table[table["epsilon"] == 10.0]["accuracy"].mean() < 0.7
    found = half_points.half_points(table.assign(arm="exact_2", seed=0), 0.9)
    assert found["solved_unperturbed"].item() == 19
    assert 0.001 < found["half_epsilon"].item() < 0.1


def test_it_is_asked_how_its_weights_change_from_module_to_module():
    chain = list(exact.chain(5, 12).network.chain)
    recurrent = [module.recurrent.numpy() for module in chain]
    feedforward = [module.feedforward.numpy() for module in chain[1:]]
    changes = conservation.conservation(recurrent[1:], feedforward[1:])
    assert {row["pathway"] for row in changes} == {"feedforward"}  # W^R is zero there
    assert all(row["variance"] < 1e-9 and row["relative_change"] == 0.0 for row in changes)


def test_it_is_asked_to_learn_further():
    trained = exact.chain(5, 4, batch_size=32, updates_per_epoch=5, pool_batches=4, test_batches=2)
    found = generalisation.rows(trained, n=4, k_max=1, epochs=1, test_batches=2)
    assert set(found["n"]) == {5}
    assert found["accuracy"].between(0.0, 1.0).all()


def test_its_labels_are_those_of_the_task():
    bits = torch.from_numpy(stream(2, "bits of a test").integers(0, 2, (50, 2)))
    for n in (2, 7):
        assert torch.equal(parity(bits, n), task.named("parity").labels(bits, n)[n - 1 :])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"units": 1}, "units is 1; an exclusive or takes at least two"),
        ({"n": 1}, "n is 1; parity begins at N = 2"),
        ({"negative_slope": 1.0}, "negative_slope is 1.0; units without a bend"),
        ({"feedforward_delay": 0}, "feedforward_delay is 0; these modules read"),
        ({"task": "match"}, "task is match from N = 2 on; these answer parity from N = 2 on"),
        ({"n_first": 3}, "task is parity from N = 3 on; these answer"),
    ],
)
def test_what_cannot_be_built_is_refused(asked, said):
    with pytest.raises(ModgrowError, match=f"^{said}"):
        exact.chain(**{"units": 4, "n": 5, **asked})


def test_a_flat_network_of_one_unit_is_refused():
    with pytest.raises(ModgrowError, match="units is 1; an exclusive or takes at least two"):
        exact.flat(1)
