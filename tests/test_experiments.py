"""Small experiments: counting parameters, the Pareto front, and resources."""

import pandas as pd
import pytest

from modgrow.arm import Arm
from modgrow.config import load
from modgrow.experiments import parameters, resources
from modgrow.experiments.ideal import ideal_timescales
from modgrow.figures import fig6, style
from tests.runs import ROOT


def test_the_front_is_what_nothing_beats():
    cost = pd.Series({"a": 1.0, "b": 2.0, "c": 2.0, "d": 3.0, "e": 1.0})
    gain = pd.Series({"a": 1.0, "b": 5.0, "c": 4.0, "d": 5.0, "e": 1.0})
    assert parameters.pareto_front(cost, gain) == ["a", "b", "e"]


def test_parameters_are_counted_at_every_solved_n():
    arms = {"m": Arm(units=5), "f": Arm(units=20, architecture="flat")}
    curves = pd.DataFrame(
        [("m", 0, 1, 2, 1), ("m", 0, 2, 2, 1), ("m", 0, 3, 3, 2), ("f", 0, 1, 1, 0), ("f", 0, 2, 1, 0)],
        columns=["arm", "seed", "epoch", "n_solved", "n_tasks_solved"],
    )
    table = parameters.count(curves, arms, ["m", "f"]).set_index(["arm", "n"])
    assert table.loc[("m", 2), ["epoch", "n_weights"]].tolist() == [1, 20 + 10]
    assert table.loc[("m", 3), ["epoch", "n_weights"]].tolist() == [3, 2 * 30 + 25]
    assert table.loc[("f", 1), ["epoch", "n_weights"]].tolist() == [1, 380 + 40]
    assert table["on_front"].groupby("arm").first().to_dict() == {"m": True, "f": False}


def test_the_published_fit_makes_a_rising_timescale_of_the_ideal_reader():
    """The trap in Fig. 4b: 0.5, 1.2, 2.4, 3.3, 4.1, 5.3 for N = 2, 5, 10, 15, 20, 30 (protocol)."""
    expected = {2: 0.5, 5: 1.2, 10: 2.4, 15: 3.3, 20: 4.1, 30: 5.3}
    found = ideal_timescales(expected, 30).set_index("n")["tau_effective"]
    assert found.to_dict() == pytest.approx(expected, abs=0.06)
    assert ideal_timescales([], 30).empty


def test_resources_are_read_from_benchmark_files(tmp_path):
    header = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    (tmp_path / "train_network" / "m").mkdir(parents=True)
    (tmp_path / "train_network" / "m" / "seed_3.tsv").write_text(
        header + "9.5\t0:0:9\t500\t1\t1\t1\t0\t0\t97\t9.1\n"
    )
    (tmp_path / "fig2a.tsv").write_text(header + "0.1\t0:0:0\t-\t-\t-\t-\t-\t-\t0\t0\n")
    one = header + "9.5\t0:0:9\t500\t1\t1\t1\t0\t0\t97\t9.1\n"
    for seed in (3, 9):
        (tmp_path / "train_network" / "m" / f"seed_{seed}.tsv").write_text(one)
    curves = pd.DataFrame({"arm": "m", "seed": [3, 3, 9], "epoch": [1, 2, 1], "n_tasks_solved": [0, 2, 0]})
    table = resources.collect(tmp_path, {"m": range(5)}, curves)
    assert len(table) == 2
    assert table.loc[0, ["rule", "seconds"]].tolist() == ["fig2a", 0.1]
    assert pd.isna(table.loc[0, "max_rss_mb"])
    assert table.loc[1, ["rule", "arm", "seed", "cpu_seconds"]].tolist() == ["train_network", "m", 3, 9.1]
    assert table.loc[1, ["n_epochs", "seconds_per_task"]].tolist() == [2, 4.75]
    assert pd.isna(table.loc[0, "seconds_per_task"])


def test_fig_6_says_what_each_arm_copies_or_freezes():
    arms = load(ROOT / "config.yaml").arms
    said = {
        "modular_5": "all copied, 5 units",
        "frozen_recurrent_10": "$W^R$ frozen, 10 units",
        "copy_none_5": "nothing copied, 5 units",
        "copy_both_5": "$W^R$, $W^{FF}$ copied, 5 units",
        "copy_all_but_recurrent_5": "all but $W^R$ copied, 5 units",
        "same_random_init_5": "all as module 2 began, 5 units",
        "flat_20": "flat, 20 units",
    }
    assert {name: fig6.words(arms[name]) for name in said} == said


def test_a_flat_arm_looks_like_the_modular_arm_it_matches():
    sizes = {"flat": (20, 54, 91, 128, 300), "modular": (5, 7, 10, 15, 20)}
    arms = {f"{kind}_{u}": Arm(architecture=kind, units=u) for kind, row in sizes.items() for u in row}
    looks = style.looks(arms)
    assert looks.keys() == arms.keys()
    for flat, modular in ((20, 5), (54, 10), (91, 15), (128, 20)):
        for key in ("color", "marker"):
            assert looks[f"flat_{flat}"][key] == looks[f"modular_{modular}"][key]
    shared = [(look["color"], look["markerfacecolor"] == "white") for look in looks.values()]
    assert len(set(shared)) == len(arms)
