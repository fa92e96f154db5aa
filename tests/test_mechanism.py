"""The study `mechanism` on chains built by hand, whose answers are known, and on some damaged on purpose."""

import pandas as pd
import pytest
import torch

from modgrow import task
from modgrow.arm import Arm, Growth
from modgrow.errors import ModgrowError
from modgrow.experiments.probes import error_wave, lesions, light_cone, messages, recording
from modgrow.experiments.probes.recording import changed, record
from modgrow.figures import fig7, style
from modgrow.model import exact
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.studies import mechanism

N = 8
SAMPLES = {"sequences": 4, "steps": 400}
CHANCE = {"abs": 0.06}  # 1,600 scored steps: four standard errors of a fraction


def asked(trained, **settings):
    """The value by (probe, measure, n), and the table, which must pass its schema."""
    table = mechanism.rows(trained, **(SAMPLES | settings))
    mechanism.STUDY.schema.table(table.assign(arm="a", seed=trained.seed))
    single = table[table["measure"] != "first_step"]
    return single.set_index(["probe", "measure", "n"])["value"].sort_index()


def copied(trained, place, **values):
    """The same chain with other values of some tensors in one module."""
    network = Network(trained.arm)
    network.chain.extend(trained.network.chain)
    network.chain[place] = changed(trained.network.chain[place], **values)
    return Trained(network, trained.seed, trained.n_solved)


def built(arm, n, first, later):
    """A chain of copies of two modules given by their tensors; the first of them stands at N = 2."""
    network = Network(arm)
    for place in range(n - 1):
        values = {name: torch.as_tensor(value).float() for name, value in (later if place else first).items()}
        module = LeakyModule(values, arm.negative_slope, arm.leak, arm.feedforward_delay)
        network.chain.append(module.requires_grad_(False))
    return Trained(network, 0, n)


@pytest.fixture(scope="module")
def chain():
    return exact.chain(5, N)


@pytest.fixture(scope="module")
def found(chain):
    return asked(chain)


def relay_without_delay(n=N):
    """Exact without delay: a unit holds the answer below, which two others read a step later through W^R."""
    given = exact.chain(3, 2).network.chain[0]
    first = {name: value.detach().clone() for name, value in given.named_parameters()}
    relay = int(first["recurrent"].any(0).nonzero())
    later = {name: value.clone() for name, value in first.items()}
    later["feedforward"] = torch.zeros(3, 3)
    later["feedforward"][relay] = first["readout"][0, 1]
    later["bias"][relay] = first["readout_bias"][0, 1] + 0.5
    later["input"][relay] = 0.0
    return built(Arm(units=3, n_max=n, feedforward_delay=0), n, first, later)


def delay_line(n=N):
    """Exact match: units that hold the newest bit (in the first module alone), the sample; a gate of two."""
    gate = torch.tensor([0.0, 0.0, 1.0, 1.0])
    head = {
        "readout": torch.tensor([[[0.0] * 4, [0.0, 0.0, 2.0, -1.0]]]),  # 1 - (sample xor bit) - 1/2
        "readout_bias": torch.tensor([[0.0, 0.5]]),
        "tau": torch.ones(4),
        "bias": torch.tensor([0.0, 0.0, -1.0, 0.0]),
    }
    reads = torch.tensor([0.0, 1.0, 1.0, 1.0])
    first_input = gate + torch.tensor([1.0, 0.0, 0.0, 0.0])
    of_bit = torch.outer(reads, torch.tensor([1.0, 0.0, 0.0, 0.0]))
    of_sample = torch.outer(reads, torch.tensor([0.0, 1.0, 0.0, 0.0]))
    first = head | {"input": first_input, "recurrent": of_bit}
    later = head | {"input": gate, "recurrent": torch.zeros(4, 4), "feedforward": of_sample}
    return built(Arm(units=4, n_max=n, task="match", negative_slope=0.0), n, first, later)


def with_or(*places, n=N):
    """An exact chain in which some modules answer or instead of xor: wrong where both are 1.

    Half the drive of the unit that takes 2 off there takes 1 off; slope 0, so that 0 and 1 stay exact.
    """
    trained = exact.chain(3, n, negative_slope=0.0)
    for place in places:
        module = trained.network.chain[place]
        half = torch.tensor([0.5, 1.0, 1.0])
        values = {name: getattr(module, name) for name in ("input", "bias")}
        values = {name: value * half for name, value in values.items()}
        trained = copied(trained, place, feedforward=module.feedforward * half[:, None], **values)
    return trained


def test_a_swapped_module_follows_what_it_is_told_and_holds_nothing_of_its_own(found):
    for n in range(3, N + 1):
        assert found["swap", "agreement", n] == 1.0
        assert found["swap", "own", n] == pytest.approx(0.5, **CHANCE)
        assert found["swap", "upstream", n] == pytest.approx(0.5, **CHANCE)
        assert found["swap", "accuracy", n] == 1.0


def test_swap_is_what_a_plain_loop_says(chain):
    """Referee: xor of single bits of two sequences, counted one by one."""
    told, run = (record(chain, purpose, 50, 2) for purpose in ("told", "run"))
    place = 3
    said = recording.answered(
        chain.network.chain[place], run.drive(chain.network.chain[place], told.states[2])
    )
    for sequence in range(2):
        for t in range(run.warmup, len(run.bits)):
            ones = sum(int(told.bits[t - back, sequence]) for back in range(1, place + 2))
            assert said[t, sequence] == (ones + int(run.bits[t, sequence])) % 2


def test_a_module_that_does_not_compute_xor_fails_swap_where_it_stands():
    found = asked(with_or(4))["swap", "agreement"]
    assert found[6] == pytest.approx(0.75, **CHANCE)
    assert (found.drop([6, 7, 8]) == 1.0).all()
    assert found[[7, 8]].to_numpy() == pytest.approx(0.75, **CHANCE)  # they are told wrong


def test_one_bit_is_all_that_an_exact_module_hands_up(found):
    bottleneck = found["bottleneck"]
    assert set(bottleneck.index.get_level_values("measure")) == {"one", "all", "from"}
    assert (bottleneck == 1.0).all()


def test_of_match_that_bit_is_the_sample_and_not_the_answer():
    found = asked(delay_line())
    assert (found["swap", "agreement"] == 1.0).all()
    assert found["swap", "from_answer"].to_numpy() == pytest.approx(0.5, **CHANCE)
    assert found["swap", "own"].to_numpy() == pytest.approx(0.5, **CHANCE)
    assert (found["bottleneck"] == 1.0).all()
    assert found["bottleneck_answer", "one"].to_numpy() == pytest.approx(0.5, **CHANCE)
    assert (found["prediction", "q"] == 0.0).all()
    assert found["lesion_recurrent", "itself"].drop(2).eq(1.0).all()
    assert found["sanity_lesion_input", "itself"].to_numpy() == pytest.approx(0.5, **CHANCE)
    assert (found["lesion_input", "end"].drop([2, N]) == 1.0).all()  # it passes the sample on
    assert found["gain", "along_message_mean"].to_numpy() == pytest.approx(0.875, **CHANCE)


def test_without_delay_the_module_itself_holds_what_it_was_told_and_w_r_is_what_it_holds_it_in():
    """The double dissociation: the same swap, and lesions that hurt here and nowhere in the exact chain."""
    found = asked(relay_without_delay())
    assert (found["swap", "agreement"] == 1.0).all()
    assert (found["swap", "accuracy"] == 1.0).all()
    assert found["lesion_recurrent", "itself"].to_numpy() == pytest.approx(0.5, **CHANCE)
    assert found["lesion_recurrent", "from"].to_numpy() == pytest.approx(0.5, **CHANCE)
    assert (found["lesion_leak", "itself"] == 1.0).all()
    assert "sanity_lesion_input" not in found.index.get_level_values("probe")  # not by causality: it may pass
    assert (found["bottleneck"] == 1.0).all()


def test_lesions_of_w_r_are_harmless_above_the_first_module_and_deadly_in_it(found):
    lesion = found["lesion_recurrent"]
    for measure in ("itself", "end"):
        assert (lesion[measure].drop(2) == 1.0).all()
        assert lesion[measure][2] == pytest.approx(0.5, **CHANCE)
    assert (lesion["least_above"].drop(2) == 1.0).all()
    assert (lesion["all"] == 1.0).all()
    assert (lesion["from"] == 1.0).all()


@pytest.mark.parametrize("probe", ["sanity_lesion_feedforward", "sanity_lesion_input", "lesion_input"])
def test_without_bit_or_message_nothing_can_be_known(found, probe):
    assert found[probe].to_numpy() == pytest.approx(0.5, **CHANCE)


def test_a_lesion_keeps_the_mean_drive(chain):
    """Referee: the drive written out, unit by unit; the diagonal of W^R takes no part in it."""
    diagonal = chain.network.chain[0].recurrent + 0.7 * torch.eye(5)
    diagonal = copied(chain, 0, recurrent=diagonal)
    run = record(diagonal, "run", **SAMPLES)
    module = diagonal.network.chain[0]
    cut = lesions._without(run, 0, "recurrent")
    before = run.states[0][run.warmup : -1].mean((0, 2))
    for unit in range(5):
        others = sum(module.recurrent[unit, j] * before[j] for j in range(5) if j != unit)
        assert cut.bias[unit] - module.bias[unit] == pytest.approx(others.item(), abs=1e-5)
    assert not cut.recurrent.any()
    assert module.recurrent.any()  # that of the network itself stays


def test_a_leak_is_cut_where_it_stands(chain):
    """A leak that harms one module: cut there it is exact again, and cut elsewhere nothing changes."""
    leaky = asked(copied(chain, 3, tau=torch.full((5,), 4.0)))["lesion_leak"]
    assert leaky["itself", 5] == leaky["end", 5] == 1.0
    assert leaky["end", 4] == leaky["end", 6] < 0.9
    assert leaky["all", 8] == leaky["from", 3] == 1.0


def test_shares_of_the_drive_are_those_of_fair_bits_and_add_up_to_one(found):
    shares = found["share_of_drive"]
    assert shares.groupby("n").sum().to_numpy() == pytest.approx(1.0)
    assert shares["input", 5] == pytest.approx(0.5, abs=0.02)
    assert shares["feedforward", 5] == pytest.approx(0.5, abs=0.02)
    assert shares["recurrent", 5] == 0.0
    # of five units of the first module all read the bit, and two the relay
    assert shares["recurrent", 2] == pytest.approx(2 / 7, abs=0.02)


def test_effects_of_a_nudge_run_up_the_chain_a_module_a_step_and_never_down(chain, found):
    assert (found["light_cone", "violations"] == 0.0).all()
    assert (found["light_cone", "late"] == 0.0).all()
    table = mechanism.rows(chain, **SAMPLES)
    first = table[table["measure"] == "first_step"]
    assert first["value"].tolist() == first["distance"].tolist() == list(range(N - 1))


def test_without_delay_effects_are_there_at_once_but_what_is_held_takes_its_step():
    table = mechanism.rows(relay_without_delay(), **SAMPLES)
    assert (table.loc[table["measure"] == "violations", "value"] == 0.0).all()
    assert table.loc[table["measure"] == "first_step", "value"].tolist() == [0, 0, 1, 2, 3, 4, 5]


def test_an_effect_outside_the_cone_is_counted(chain, monkeypatch):
    """Planted: module 4 nudged, seen in the one below it and a step early in the second above."""
    effects = light_cone._effects(record(chain, "run", **SAMPLES), 0)
    effects[2, 0, 3] = True
    effects[5, 1, 3] = True
    monkeypatch.setattr(light_cone, "_effects", lambda run, seed: effects)
    run = record(chain, "run", **SAMPLES)
    values = {(f.measure, f.n): f.value for f in light_cone.findings(run, 0)}
    assert values["violations", 5] == 2.0
    assert values["late", 5] == 1.0  # not when it is due
    assert sum(value for (measure, _), value in values.items() if measure == "violations") == 2.0


def test_an_error_is_handed_up_to_the_end_of_the_chain(found):
    wave = found["error_wave"]
    for measure, expected in {"planted_next": 1.0, "planted_end": 1.0, "planted_beside": 0.0}.items():
        assert (
            wave[measure].drop(2) == expected
        ).all()  # the first module's relay is planted with its answer
    assert (wave["errors"] == 0.0).all()
    assert wave["returns"].isna().all()  # no error, no share
    made = asked(with_or(3))["error_wave"]
    assert (made["returns"].drop([2, 3, 4]) == 1.0).all()
    assert made["chance"].drop([2, 3]).to_numpy() == pytest.approx(0.25, **CHANCE)


def test_answers_that_a_planted_error_turns_are_counted_where_they_are(chain, monkeypatch):
    """Planted: everything turned but the last module's answers."""
    run = record(chain, "run", **SAMPLES)
    turned = torch.ones_like(error_wave._turned(run))
    turned[-1] = False
    monkeypatch.setattr(error_wave, "_turned", lambda run: turned)
    wave = {(f.measure, f.n): f.value for f in error_wave.findings(run)}
    assert wave["planted_next", 4] == 1.0
    assert wave["planted_end", 4] == wave["planted_next", N - 1] == 0.0
    assert wave["planted_beside", 4] == pytest.approx((N - 5) / (N - 4))


def test_an_error_that_is_not_handed_up_does_not_return(chain):
    """A head that reads the complement, of a module whose state is right."""
    module = chain.network.chain[3]
    wrong = copied(chain, 3, readout=module.readout.flip(1), readout_bias=module.readout_bias.flip(1))
    made = asked(wrong)["error_wave"]
    assert made["errors", 5] == made["errors"].sum() > 0
    assert made["returns", 5] == 0.0


def test_the_least_above_a_lesion_is_found_where_it_is(chain):
    """A head that says the complement at N = 5, whatever is cut below it."""
    module = chain.network.chain[3]
    wrong = copied(chain, 3, readout=module.readout.flip(1), readout_bias=module.readout_bias.flip(1))
    table = mechanism.rows(wrong, **SAMPLES)
    table = table[(table["probe"] == "lesion_recurrent") & (table["measure"] == "least_above")]
    least = table.set_index("n")[["value", "distance"]]
    assert least.loc[3].tolist() == [0.0, 2]
    assert least.loc[4].tolist() == [0.0, 1]
    assert least.loc[5, "value"] == 1.0


def test_accuracy_is_predicted_by_what_modules_fail_to_do():
    """One or among xors is wrong where both are 1; a second one is told 1 in three of four cases."""
    one = asked(with_or(3))["prediction"]
    assert one["q", 5] == pytest.approx(0.25, **CHANCE)
    assert (one["q"].drop(5) == 0.0).all()
    assert one["accuracy", N] == pytest.approx(0.75, **CHANCE)
    assert one["predicted", N] == pytest.approx(0.75, **CHANCE)
    two = asked(with_or(3, 4))["prediction"]
    assert two["q", 6] == pytest.approx(0.375, **CHANCE)
    assert two["predicted", N] == pytest.approx(0.5 + 0.5 * 0.5 * 0.25, **CHANCE)
    assert two["accuracy", N] == pytest.approx(0.625, **CHANCE)  # failures that are not independent


def test_the_gain_of_an_exact_gate_is_one_but_on_one_of_eight_sides(found):
    """At bit 0 told 0 an error to below goes on with the slope below zero; everywhere else with one."""
    gains = found["gain"]
    for way in ("along_readout_mean", "along_message_mean"):
        assert gains[way].to_numpy() == pytest.approx(1.0 - 0.99 / 8.0, abs=0.07)
    assert gains["along_message_rms"].to_numpy() == pytest.approx((7.0 / 8.0) ** 0.5, abs=0.07)


def test_the_gain_of_an_or_gate_is_three_eighths():
    """Told 1 it goes on to below at bit 0 alone, told 0 to above at bit 0 and to below at bit 1."""
    gains = asked(with_or(4))["gain", "along_message_mean"]
    assert gains[6] == pytest.approx(0.375, abs=0.07)
    assert gains[8] == pytest.approx(0.875, abs=0.07)


def test_the_gain_knows_no_scale_of_logits(chain, found):
    module = chain.network.chain[4]
    louder = copied(chain, 4, readout=module.readout * 3.0, readout_bias=module.readout_bias * 3.0)
    assert asked(louder)["gain", "along_readout_mean"][6] == pytest.approx(
        found["gain", "along_readout_mean"][6]
    )


def test_a_changed_copy_leaves_the_network_as_it_was(chain):
    before = [value.clone() for value in chain.network.parameters()]
    asked(chain)
    assert all(map(torch.equal, before, chain.network.parameters()))


def test_nothing_solved_gives_no_rows_and_one_module_those_that_it_has(chain):
    nothing = Trained(Network(Arm(units=5)), 0, 1)
    assert mechanism.rows(nothing, **SAMPLES).empty
    found = asked(exact.chain(5, 2))
    assert found["lesion_recurrent", "itself", 2] == pytest.approx(0.5, **CHANCE)


def test_flat_networks_and_tasks_without_a_message_are_refused():
    with pytest.raises(ModgrowError, match="a flat network has no modules"):
        mechanism.rows(exact.flat(6), **SAMPLES)
    with pytest.raises(
        ModgrowError, match="nobody has said what a module hands up; ask arms of parity, match"
    ):
        messages.named("recall")


def test_the_message_of_match_is_the_bit_that_a_right_answer_speaks_of(rng):
    bits = torch.from_numpy(rng.integers(0, 2, (30, 3))).bool()
    for n in (2, 5):
        sample = torch.cat([torch.zeros(n - 1, 3, dtype=torch.bool), bits[: 31 - n]])
        answer = task.named("match").labels(bits.float(), n).bool()
        assert torch.equal(messages.named("match").of(bits, answer), sample)
        assert torch.equal(messages.named("match").used(bits, sample), answer)


def drawn(arms, networks):
    """The figure of these networks, given as (arm, trained), and its table."""
    tables = [
        mechanism.rows(trained, **SAMPLES).assign(arm=name, seed=seed)
        for seed, (name, trained) in enumerate(networks)
    ]
    table = mechanism.STUDY.schema.frame(mechanism.STUDY.schema.table(pd.concat(tables)))
    with style.theme():
        return mechanism.draw(table, arms), table


def test_the_figure_shows_every_arm_and_kind_of_chain(tmp_path):
    ways = {
        "exact": exact.chain(5, N),
        "relay": relay_without_delay(),
        "line": delay_line(),
        "short": exact.chain(4, 3),
    }
    arms = {name: trained.arm for name, trained in ways.items()} | {"none": Arm(units=5)}
    figure, table = drawn(arms, [*ways.items(), ("exact", with_or(3))])
    style.save(figure, tmp_path / "a.svg", tmp_path / "a.png", "a note")
    said = (tmp_path / "a.svg").read_text()
    for words in (
        "exact (2/2)",
        "relay (1/1)",
        "short (0/1)",
        "none (0/0)",
        "parity, ",
        "match, ",
        "without delay",
    ):
        assert words in said
    cut = figure.axes[1]
    ends = {tuple(line.get_ydata()[-1:]) for line in cut.lines if line.get_linewidth() > 1}
    assert {round(float(y), 1) for (y,) in ends} == {0.5, 0.9, 1.0}
    swaps = figure.axes[6]
    means = sorted(round(float(line.get_xdata()[0]), 1) for line in swaps.lines if line.get_marker() == "o")
    assert means == [
        0.5,
        0.5,
        0.5,
        0.9,
        1.0,
        1.0,
    ]  # own bits of three arms; one of four networks is told wrong
    assert table["value"].isna().any()


def test_what_a_chain_never_had_is_not_shown_as_a_lesion():
    """W^R is zero from module 2 on, and cutting it would be shown as doing no harm."""
    trained = exact.chain(5, N, growth=Growth(recurrent="zero freeze"))
    figure, _ = drawn({"a": trained.arm}, [("a", trained)])
    assert not any(len(line.get_xdata()) for line in figure.axes[1].lines)
    assert [len(line.get_xdata()) for line in figure.axes[7].lines if line.get_marker() == "o"] == []
    assert any(len(line.get_xdata()) for line in figure.axes[2].lines)


def test_a_figure_of_no_rows_says_so():
    empty = pd.DataFrame(columns=mechanism.STUDY.schema.columns.names)
    figure = mechanism.draw(empty, {"exact": Arm(units=5)})
    assert "no network solved any N" in [text.get_text() for text in figure.axes[0].texts]


def test_a_network_stands_for_its_mean_or_if_all_are_cut_for_those_cut_from_six_on():
    rows = pd.DataFrame({"seed": 0, "probe": "lesion_leak", "n": [5, 6, 7], "value": [0.1, 0.6, 0.8]})
    assert fig7._per_network(rows.assign(measure="itself"), "lesion_leak", "itself").tolist() == [0.7]
    assert fig7._per_network(rows.assign(measure="from"), "lesion_leak", "from").tolist() == [0.6]


def test_predictions_in_the_figure_begin_at_the_first_n_that_is_claimed():
    """A head that is wrong at N = 4 alone counts in the table, and not in the figure."""
    table = asked(with_or(4, 5), sequences=8)["prediction"].rename("value").reset_index()
    predicted, measured = fig7._ends(table.assign(probe="prediction"))
    q = table.set_index(["measure", "n"])["value"]["q"]
    right = table.set_index(["measure", "n"])["value"]["accuracy"]
    assert q[6] == pytest.approx(0.25, abs=0.05)
    assert predicted == pytest.approx(0.5 - (right[6] - 0.5) * (1.0 - 2.0 * q[7]))
    assert measured == pytest.approx(1.0 - right[N])
    assert fig7._ends(table[table["n"] < 6].assign(probe="prediction")) is None
