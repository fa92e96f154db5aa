"""Planted worlds to judge claims on: one in which the paper is right, one in which it is wrong."""

import functools

import numpy as np
import pandas as pd

from modgrow import config
from modgrow.experiments.ideal import ideal_timescales
from modgrow.verdict import paper
from modgrow.verdict.claim import FLAT, MODULAR
from modgrow.verdict.evidence import Evidence
from tests.runs import ROOT

ARMS = {name: arm for name, arm in config.load(ROOT / "config.yaml").arms.items() if "." not in name}
ARMS |= paper.CONTROLS
SEEDS = 12  # fewer could not contradict the headline claims together, nor the median of three arms
# N_solved per arm in a world that is as the paper says.
N_SOLVED = dict.fromkeys(MODULAR, 61) | {"modular_5": 45} | dict(zip(FLAT, (11, 25, 33, 37), strict=True))
N_SOLVED |= {"frozen_recurrent_5": 15, "frozen_feedforward_5": 3, "frozen_recurrent_10": 60}
N_SOLVED |= {"only_feedforward_5": 15, "only_recurrent_5": 3, "frozen_feedforward_10": 3, "n200": 200}
N_SOLVED |= {"copy_none_5": 10, "copy_feedforward_5": 7, "copy_input_5": 12, "noisy_copy_5": 45}
N_SOLVED |= {"copy_input_feedforward_5": 10, "copy_input_bias_tau_5": 10, "copy_all_but_recurrent_5": 10}
N_SOLVED |= dict.fromkeys(("copy_recurrent_5", "copy_both_5"), 20)
N_SOLVED |= dict.fromkeys(("copy_recurrent_bias_tau_5", "copy_all_but_feedforward_5"), 45)
N_SOLVED |= {arm: 60 for arm in ARMS if arm.endswith("_10") and arm.startswith(("copy", "nois", "tau"))}
STOPPED = (
    "no_delay_no_recurrent_5",
    "no_delay_no_recurrent_10",
    "no_delay_no_recurrent_no_leak_10",
    "input_once_10",
)
N_SOLVED |= {"no_recurrent_no_leak_10": 61, "no_delay_no_leak_10": 57, "no_recurrent_5": 41, "no_delay_5": 20}
N_SOLVED |= dict.fromkeys(STOPPED, 3)
WRONG = dict.fromkeys(N_SOLVED, 30) | dict.fromkeys(FLAT, 61) | {"modular_5": 54, "n200": 150}
WRONG |= {"frozen_recurrent_10": 3, "frozen_recurrent_5": 60, "frozen_feedforward_5": 61}
WRONG |= {
    "frozen_feedforward_10": 45,
    "only_feedforward_5": 40,
    "only_recurrent_5": 50,
    "copy_feedforward_5": 45,
    "copy_both_5": 20,
}
WRONG |= dict.fromkeys(("copy_recurrent_5", "copy_all_but_feedforward_5", "copy_recurrent_bias_tau_5"), 10)
WRONG |= dict.fromkeys(("copy_input_5", "copy_input_bias_tau_5", "copy_all_but_recurrent_5"), 50)
WRONG |= {"copy_input_feedforward_5": 50}
WRONG |= {"no_recurrent_no_leak_10": 20, "no_delay_no_leak_10": 20, "no_delay_5": 20}
LATE = 5  # epochs that the slower family loses at the start


def updates(arm, right):
    """What a new head takes: at 5 units much less where W^R is copied, at 10 a little; or the opposite."""
    growth = ARMS[arm].growth
    copied = {
        part: growth is not None and growth.birth(part) != "random" for part in ("recurrent", "feedforward")
    }
    if right:
        without = 400 if ARMS[arm].units == 5 else 100
        return 60 if copied["recurrent"] else without
    if ARMS[arm].units == 5:
        return 100
    changed = arm in ("frozen_recurrent_10", "tau_one_10", "noisy_copy_10", "noisier_copy_10")
    return 60 * (1 + 2 * copied["recurrent"]) / (1 + 5 * copied["feedforward"]) * (1 + 2 * changed)


def curves(n_solved, right):
    """Every network solves one task per epoch to its N and stops there."""
    rows = []
    for arm, n in n_solved.items():
        late = LATE * (arm in (FLAT if right else MODULAR))
        for seed in range(SEEDS):
            last = n + seed % 2 * (n < 60)
            before = 1
            for epoch in range(1, max(60, n - 1) + 1):
                now = max(min(1 + epoch - late, last), 1)
                learnt = updates(arm, right) + seed if now > before else None
                rows.append((arm, seed, epoch, before + 1, 0.1, 0.99, 0.99, now, now - 1, learnt))
                before = now
    columns = [
        "arm",
        "seed",
        "epoch",
        "n",
        "loss",
        "accuracy",
        "accuracy_previous",
        "n_solved",
        "n_tasks_solved",
        "learnt_after",
    ]
    return pd.DataFrame(rows, columns=columns)


def _loss(downstream, right):
    """Of a head that many modules after a disturbed one (before it: negative)."""
    if downstream == 0:
        return 0.2
    if right:
        return 0.2 if downstream > 0 else 0.0
    return max(0.2 - 0.015 * downstream, -0.01) if downstream > 0 else 0.01


def per_seed(arms, values):
    """One row per arm, seed and (columns, value); seeds differ a little."""
    rng = np.random.default_rng(0)
    return [
        {"arm": arm, "seed": seed, **columns, column: value + 0.005 * rng.standard_normal()}
        for arm in arms
        for seed in range(SEEDS)
        for columns, column, value in values(arm)
    ]


def world(right=True):
    """Evidence of all tables of such a world, which the asker may change."""
    return Evidence({name: table.copy() for name, table in planted(right).items()}, ARMS)


@functools.cache
def planted(right):
    """All tables, with the paper's statements planted in them, or their opposites."""
    sign = 1 if right else -1
    n_solved = N_SOLVED if right else WRONG
    learned = curves(n_solved, right)

    def generalisation(arm):
        start = 0.8 + 0.1 * sign * (arm in MODULAR)
        return [
            ({"variant": variant, "k": k}, "accuracy", start - 0.02 * sign * k)
            for variant in ("default", "readout")
            for k in range(1, 11)
        ]

    def half_points(arm):
        modular = arm in MODULAR
        small = (-0.5 if right else 1.5) * (arm == "modular_5")
        jitter = 0.0 if right else 0.4 * ((MODULAR + FLAT).index(arm) % 4)
        logs = {
            "weights": -0.5 + sign * modular,
            "tau": -sign * modular,
            "recurrent": 0.2,
            "feedforward": 0.2 - 0.3 * sign,
            "recurrent_in_drive": 0.2,
            "feedforward_in_drive": 0.2 - 0.3 * sign,
        }
        solved = n_solved[arm] - 1
        return [
            ({"pathway": p, "solved_unperturbed": solved}, "half_epsilon", 10 ** (log + small + jitter))
            for p, log in logs.items()
        ]

    def timescales(arm):
        modular, found = arm in MODULAR, []
        ideal = ideal_timescales(range(2, 31), 30)["tau_effective"].tolist()
        for n, reader in zip(range(2, 31), ideal, strict=True):
            tau = (1.4 + 0.8 * n * (not right)) if modular else (1.0 if right else 1.5)
            effective = 2 + reader + sign * (0.1 * n + modular) if right else 9 - 0.1 * n - modular
            row = {
                "n": n,
                "trained": True,
                "drive": "uniform",
                "unit": 0,
                "tau": tau,
                "tau_weighted": effective,
            }
            found.append((row, "tau_effective", effective))
            if modular:
                untrained = {**row, "trained": False}
                found.append((untrained, "tau_effective", 3 + 0.05 * sign * n))
        return found

    def accuracies(arm):
        """Unperturbed, deeper modules are a little worse already; that alone must not count."""
        return [
            (
                {"pathway": pathway, "epsilon": epsilon, "draw": 0, "n": n},
                "accuracy",
                0.99 - 0.0005 * n - epsilon * (2 + 0.1 * sign * (n - 15)),
            )
            for pathway in ("recurrent", "feedforward")
            for epsilon in (0.0, 0.1)
            for n in range(2, 31)
        ]

    def struck(arm):
        """All tasks up to 25 fail from a strength on, larger in modular networks; the others never do."""
        whole = 0.97 + 0.01 * sign * (1 if arm in MODULAR else -1)
        fails = {"weights": 0.5 * sign * (arm in MODULAR), "tau": -0.5 * sign * (arm in MODULAR)}
        return [
            (
                {"pathway": pathway, "epsilon": epsilon, "draw": 0, "n": n},
                "accuracy",
                whole if epsilon == 0 or np.log10(epsilon) < last or n > n_solved["flat_54"] else 0.5,
            )
            for pathway, last in fails.items()
            for epsilon in (0.0, *np.geomspace(0.01, 100, 17))
            for n in range(2, 41)
        ]

    def alone(arm):
        """One module disturbed: those before it stay as they are, those after it lose alike; or not."""
        return [
            {
                "arm": arm, "seed": seed, "pathway": f"{part}_of_{m}", "epsilon": epsilon, "draw": 0, "n": n,
                "accuracy": 0.99 - (epsilon > 0) * _loss(n - m - 1, right),
            }
            for seed in range(SEEDS)
            for part in ("recurrent", "feedforward")
            for m in (5, 15)
            for epsilon in (0.0, 0.1)
            for n in range(2, 31)
        ]  # fmt: skip

    def changes(arm):
        values = {"recurrent": 0.1, "feedforward": 0.1 + 0.1 * sign}
        return [
            ({"pathway": pathway, "module": module}, "variance", value)
            for pathway, value in values.items()
            for module in range(3, 31)
        ]

    tables = {
        "learning_curves": learned,
        "generalisation": per_seed(("modular_15", "flat_91"), generalisation),
        "perturbation_summary": per_seed(MODULAR + FLAT, half_points),
        "perturbation": [
            *per_seed(("modular_15",), accuracies),
            *alone("modular_15"),
            *per_seed(MODULAR + FLAT, struck),
        ],
        "timescales": per_seed(("modular_15", "flat_91"), timescales),
        "conservation": per_seed(MODULAR, changes),
    }
    tables |= studies(n_solved["flat_54"], right)
    tables |= {"controls": controls(right), "exact": by_hand(right)}
    found = {name: pd.DataFrame(table) for name, table in tables.items()}
    summary = found["perturbation_summary"]
    summary["steepest_epsilon"] = 1.2 * summary["half_epsilon"]
    return found


EPOCHS = {  # to N = 12, of kinds of controls: where the statements are true, and where they are false
    "grown_frozen": (12, 12),
    "grown_unfrozen": (13, 20),
    "static_chain": (11, 18),
    "static_at_once": (3, 30),  # never, in 25 epochs
    "flat_blocks": (20, 6),
    "flat": (15, 9),
}


def controls(right):
    """One N after another or all in the last epoch; odd seeds take an epoch longer."""
    rows = []
    for arm, recipe in paper.CONTROLS.items():
        needed = next(EPOCHS[kind][0 if right else 1] for kind in EPOCHS if arm.startswith(f"{kind}_"))
        for seed in range(SEEDS):
            last = needed + seed % 2
            for epoch in range(1, min(last, recipe.epochs) + 1):
                rows.append((arm, seed, epoch, 12 if epoch == last else 1 + epoch // 3))
    return pd.DataFrame(rows, columns=["arm", "seed", "epoch", "n_solved"])


def by_hand(right):
    """Half of the tasks of chains built by hand are lost far below, or above, where trained ones lose theirs.

    Up to N = 6 nothing is lost: chains that ended there would bear all.
    """
    lost = 0.1 if right else 100.0
    rows = [
        (arm, epsilon, n, 0.5 if epsilon >= lost and n > 6 else 1.0)
        for arm in ("exact_5", "exact_10")
        for epsilon in (0.0, *np.geomspace(0.001, 1000, 25))
        for n in range(2, 62)
    ]
    table = pd.DataFrame(rows, columns=["arm", "epsilon", "n", "accuracy"])
    return table.assign(seed=0, pathway="weights", draw=0)


PROBED = ("modular_5", "modular_10", "no_recurrent_10", "no_delay_5", "no_delay_10", "match_5", "match_10")
PROBES = {  # probe and measure: value where the statement is true, and where it is false
    ("swap", "accuracy"): (0.995, 0.995),
    ("swap", "agreement"): (0.99, 0.6),
    ("swap", "own"): (0.5, 0.9),
    ("bottleneck", "from"): (0.995, 0.6),
    ("bottleneck", "one"): (0.995, 0.6),
    ("bottleneck_answer", "one"): (0.5, 0.9),
    ("share_of_drive", "feedforward"): (0.7, 0.1),
    ("share_of_drive", "recurrent"): (0.1, 0.7),
    ("error_wave", "planted_end"): (0.98, 0.3),
    ("gain", "along_message_mean"): (0.6, 1.4),
}


def studies(last, right):
    """The tables of studies; a flat network of 54 units has solved so many N."""
    index = 0 if right else 1

    def probes(arm):
        """Of N = 5, which is not judged, the opposite."""
        idle = (0.99, 0.5)
        lesion = idle[::-1] if arm.startswith("no_delay") else idle
        both = PROBES | {("lesion_recurrent", "itself"): lesion}
        return [
            ({"probe": probe, "measure": measure, "n": n}, "value", values[index if n > 5 else 1 - index])
            for (probe, measure), values in both.items()
            for n in range(5, 13)
        ]

    def of_seeds(arms, rows):
        return [
            {"arm": arm, "seed": seed, **row} for arm in arms for seed in range(SEEDS) for row in rows(seed)
        ]

    def clones(seed):
        """Right, or wrong throughout in every other network."""
        sure = {"3": (0.52, 0.9), "30": (0.99, 0.7)}
        found = []
        for cloned, values in sure.items():
            accuracy = values[index] if seed % 2 else 1.0 - values[index]
            found.append({"cloned": cloned, "n": 200, "accuracy": accuracy, "complement": 1.0 - accuracy})
        return found

    def carriers(seed):
        per_n = 2 if right else 5
        return [
            {"trained": True, "rank": 1, "n": n, "carries": True}
            for n in range(4, last + 1)
            for _ in range(per_n)
        ]

    def silenced(seed):
        after = 0.55 if right else 0.9
        return [
            {"silenced": of, "n": n, "accuracy": 0.97 - 0.002 * seed if n < of else after}
            for of in (0, *range(4, 11))
            for n in range(2, 13)
        ]

    def starts(seed):
        live = seed % 5
        solves = (live >= 3) == right
        return [{"start": "own", "n": 2, "draw": 0, "live": live, "first_accuracy": 0.99 if solves else 0.6}]

    return {
        "mechanism": per_seed(PROBED, probes),
        "cloning": of_seeds(("modular_10",), clones),
        "selectivity": of_seeds(("flat_54",), carriers),
        "silencing": of_seeds(("flat_54",), silenced),
        "sticking": of_seeds(("modular_3", "modular_5"), starts),
    }
