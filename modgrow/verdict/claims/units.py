"""Which units carry which N in flat networks, and how many a small module needs. Statements of our own."""

import pandas as pd

from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, ahead, mean

FROM = 4  # the N from which units are counted: N = 3 is a function of few bits, and looks like others
FEW_LIVE = 1
MANY_LIVE = 3


@claim(
    "flat_units_in_pairs",
    panel="own, 7",
    says="In a flat network of 54 units each N is carried by about two units of its own.",
    statistic="units that carry an N, median over N from 4 to N_solved",
    between=(1.0, 3.0),
    because="a pair is what an exclusive or takes if it is built by hand",
    tables=("selectivity", "learning_curves"),
    arms=("flat_54",),
)
def units_per_n(evidence: Evidence, arms: Arms) -> Sample:
    """Units by the N that explains most of them, if it explains enough, in each network."""
    last = evidence.n_solved(arms[0])
    rows = evidence.of("selectivity", arms[0], trained=True, rank=1)
    carried = rows[rows["carries"].astype(bool)].groupby("seed")["n"]
    return [mean(pd.Series({seed: _median_count(orders, last[seed]) for seed, orders in carried}))]


def _median_count(orders: pd.Series, last: int) -> float:
    """Of units per N, over every N that was solved, those without a unit too."""
    return orders.value_counts().reindex(range(FROM, last + 1), fill_value=0).median()


@claim(
    "flat_is_a_chain",
    panel="own, 7",
    says="Flat networks of 54 units learn a chain too: without the units of one N, it and all after it fail.",
    statistic="accuracy of the heads before the N whose units are silent minus that of the others, "
    "mean over N",
    above=0.25,
    because="half of what there is to lose",
    tables=("silencing",),
    arms=("flat_54",),
)
def loss_from_the_silenced_on(evidence: Evidence, arms: Arms) -> Sample:
    """Mean over every N from 4 on whose units can be silenced, in each network."""
    rows = evidence.of("silencing", arms[0])
    rows = rows[rows["silenced"] >= FROM]
    spared = rows["n"] < rows["silenced"]
    key = ["seed", "silenced"]
    losses = rows[spared].groupby(key)["accuracy"].mean() - rows[~spared].groupby(key)["accuracy"].mean()
    return [mean(losses.groupby("seed").mean())]


@claim(
    "few_live_units_stick",
    panel="own, 2a",
    says="Small modules stick at N = 2 where the bits lift too few of their units above zero at birth.",
    statistic="probability of a higher accuracy after one epoch on N = 2 with three live units or more than "
    "with one or none, modules of 3 and 5 units",
    above=0.5,
    because="one half is no difference",
    tables=("sticking",),
    arms=("modular_3", "modular_5"),
)
def live_units_against_few(evidence: Evidence, arms: Arms) -> Sample:
    """First accuracies of the module's own starts, mean over the draws, by how many units live."""
    rows = pd.concat([evidence.of("sticking", arm, start="own", n=2) for arm in arms])
    of_start = rows.groupby(["arm", "seed"])[["live", "first_accuracy"]].mean()
    many = of_start.loc[of_start["live"] >= MANY_LIVE, "first_accuracy"]
    few = of_start.loc[of_start["live"] <= FEW_LIVE, "first_accuracy"]
    return [ahead(many, few, (0.0, 1.0))]
