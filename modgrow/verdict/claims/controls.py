"""Growth, freezing, the curriculum and heads of their own, taken one by one. Statements of our own.

Chains are judged at 10 units, where none is known to stick, and at the learning rate of modular arms; flat
networks at that of flat arms, or at both. Five networks decide: a share of them could not (five of five leave
0.48), so that coming to N = 12 at all is judged by how soon.
"""

import pandas as pd

from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Component, Sample, ahead, by_seed, median

ALIKE = 3.0
WHY_ALIKE = "a quarter of the epochs that a chain takes to N = 12 at one task per epoch, 11"
NO_DIFFERENCE = "one half is no difference; a network that never comes to N = 12 counts as one epoch late"


def _epochs(evidence: Evidence, arm: str) -> pd.Series:
    """Epochs to the last N, by seed; of a network that never solved it, one more than it was given."""
    rows = evidence.of("controls", arm)
    last = evidence.arms[arm].n_max
    never = evidence.arms[arm].epochs + 1
    return rows["epoch"].where(rows["n_solved"] >= last, never).groupby(rows["seed"]).min()


@claim(
    "growth_is_not_needed",
    panel="own",
    says="Nothing need grow: a chain there from the start, all of it training, learns as fast as one that "
    "grows by copies.",
    statistic="epochs to N = 12, static chain minus grown and frozen, same seeds; median",
    within=ALIKE,
    because=WHY_ALIKE,
    tables=("controls",),
    arms=("static_chain_10.lr_0.2", "grown_frozen_10.lr_0.2"),
)
@claim(
    "freezing_is_not_needed",
    panel="own",
    says="Older modules need not be frozen: a grown chain of which all trains learns as fast.",
    statistic="epochs to N = 12, all modules train minus older ones frozen, same seeds; median",
    within=ALIKE,
    because=WHY_ALIKE,
    tables=("controls",),
    arms=("grown_unfrozen_10.lr_0.2", "grown_frozen_10.lr_0.2"),
)
def difference_in_epochs(evidence: Evidence, arms: Arms) -> Sample:
    """Networks of one seed are a pair: they are asked the same tests, and module 1 is born the same."""
    first, second = [_epochs(evidence, arm) for arm in arms]
    most = float(evidence.arms[arms[0]].epochs)
    return [median(by_seed(first, second, pd.Series.sub), (-most, most))]


@claim(
    "curriculum_is_not_needed",
    panel="own",
    says="A chain that is asked all N at once is at N = 12 sooner than one asked one N after another.",
    statistic="probability that it takes fewer epochs to N = 12",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("controls",),
    arms=("static_at_once_10.lr_0.2", "static_chain_10.lr_0.2"),
)
@claim(
    "connections_of_a_chain_matter",
    panel="own",
    says="With heads of their own, units connected as a chain are at N = 12 sooner than as many of a flat "
    "network, at either learning rate of the flat one.",
    statistic="probability that the chain takes fewer epochs to N = 12, lower of two rates",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("controls",),
    arms=("static_chain_10.lr_0.2", "flat_blocks_10.lr_0.05", "flat_blocks_10.lr_0.2"),
)
def sooner_than_each(evidence: Evidence, arms: Arms) -> Sample:
    """The first arm against each of the others."""
    return [_sooner(evidence, arms[0], other) for other in arms[1:]]


@claim(
    "own_heads_do_not_make_it",
    panel="own",
    says="Heads that read blocks of their own do not make a chain of a flat network: with heads that read "
    "all units it is at N = 12 sooner.",
    statistic="probability that heads of all units take fewer epochs to N = 12, lower of two sizes",
    above=0.5,
    because=NO_DIFFERENCE,
    tables=("controls",),
    arms=("flat_5.lr_0.05", "flat_10.lr_0.05", "flat_blocks_5.lr_0.05", "flat_blocks_10.lr_0.05"),
)
def sooner_at_each_size(evidence: Evidence, arms: Arms) -> Sample:
    """The first half of the arms against the second, size by size."""
    half = len(arms) // 2
    return [_sooner(evidence, *pair) for pair in zip(arms[:half], arms[half:], strict=True)]


def _sooner(evidence: Evidence, first: str, second: str) -> Component:
    """How often a network of the first arm takes fewer epochs than one of the second."""
    never = float(evidence.arms[first].epochs + 1)
    return ahead(-_epochs(evidence, first), -_epochs(evidence, second), (-never, -1.0))
