"""Fig. 2: learning and generalisation."""

import numpy as np

from modgrow.arm import Arm
from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Measured, Sample, differences, matched
from modgrow.verdict.statistics import share_interval


@claim(
    "one_task_per_epoch",
    panel="2a",
    says="Modular networks of more than 5 units solve about one new task in every epoch.",
    statistic="tasks solved per epoch, lowest of the three arm means",
    above=0.95,
    tables=("learning_curves",),
    arms=LARGE,
    needs="any",
)
@claim(
    "five_units_slower",
    panel="2a",
    says="Modules of 5 units solve fewer than one task per epoch.",
    statistic="tasks solved per epoch, arm mean",
    below=0.95,
    tables=("learning_curves",),
    arms=("modular_5",),
)
def pace(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.tasks_per_epoch(arm) for arm in arms])


@claim(
    "modular_above_flat",
    panel="2a",
    says="Every modular network ends at a larger N than the flat network of its size.",
    statistic="N_solved of the modular arm minus that of its flat match, lowest of the four differences"
    " of means",
    above=0.0,
    tables=("learning_curves",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def advantage(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.n_solved(arm) for arm in matched(evidence, arms)], differences)


@claim(
    "flat_plateaus",
    panel="2a",
    says="Flat networks stop making progress well before the end of training.",
    statistic="tasks solved per epoch over the last third of the epochs, highest of the four arm means",
    below=0.5,
    tables=("learning_curves",),
    arms=FLAT,
    needs="any",
)
def late_pace(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.tasks_per_epoch(arm, last_share=1 / 3) for arm in arms])


@claim(
    "pareto_front",
    panel="2b",
    says="For the weights that a flat network ends with, a modular network solves a larger N.",
    statistic="largest mean N that a modular arm had solved with no more weights, minus the flat arm's "
    "mean N_solved; lowest of the four",
    above=0.0,
    tables=("learning_curves",),
    arms=MODULAR + FLAT,
    needs="pairs",
)
def advantage_at_equal_weights(evidence: Evidence, arms: Arms) -> Sample:
    """For each flat arm: what the best modular arm had solved with the weights it ends with, minus its N.

    A modular group is (seed, N): the smaller of a network's N_solved and N, so that its mean at the N that
    the weights allow is what the arm reaches with them.
    """
    modular, flat = evidence.split(arms)
    solved = {arm: evidence.n_solved(arm) for arm in arms}
    orders = np.arange(max(map(max, solved.values())) + 1)

    def components(*means):
        reached, ends = means[: len(modular)], means[len(modular) :]
        margins = []
        for arm, end in zip(flat, ends, strict=True):
            recipe = evidence.arms[arm]
            weights = recipe.n_weights(1) + 2 * recipe.units * (end - recipe.n_first)
            at = [_allowed(evidence.arms[own], weights, orders[-1]) for own in modular]
            best = [
                np.take_along_axis(mean, np.asarray(n)[..., None], -1)[..., 0]
                for mean, n in zip(reached, at, strict=True)
            ]
            margins.append(np.maximum.reduce(best) - end)
        return margins

    by_n = [np.minimum(solved[arm].to_numpy()[:, None], orders) for arm in modular]
    return Sample([*by_n, *(solved[arm] for arm in flat)], components)


def _allowed(arm: Arm, weights: np.ndarray, most: int) -> np.ndarray:
    """The largest N that a growing network reaches with so many weights."""
    per_module = arm.n_weights(2) - arm.n_weights(1)
    heads = np.floor((weights - arm.n_weights(1)) / per_module) + 1
    return np.clip(heads + arm.n_first - 1, 0, most).astype(int)


@claim(
    "n_200",
    panel="2a, text",
    says="A modular network can be driven to N = 200.",
    statistic="share of the networks driven to N = 200 that got there (binomial interval)",
    above=0.0,
    tables=("learning_curves",),
    arms=("n200",),
    resampled=False,
)
def share_at_200(evidence: Evidence, arms: Arms) -> Measured:
    n_solved = evidence.n_solved(arms[0])
    return Measured(share_interval(int((n_solved >= 200).sum()), len(n_solved)), len(n_solved), 0)


@claim(
    "generalisation_above_flat",
    panel="2c",
    says="A modular network trained to N = 10 learns N = 10 + K better than the flat one, at every K.",
    statistic="accuracy of the modular minus the flat arm, default variant; lowest over K",
    above=0.0,
    tables=("generalisation",),
    arms=("modular_15", "flat_91"),
)
def advantage_at_every_k(evidence: Evidence, arms: Arms) -> Sample:
    groups = [evidence.generalisation(arm) for arm in matched(evidence, arms)]
    return Sample(groups, lambda modular, flat: list(np.moveaxis(modular - flat, -1, 0)))


@claim(
    "generalisation_decays",
    panel="2c",
    says="In both architectures, accuracy on N = 10 + K falls with K.",
    statistic="accuracy at the largest K minus that at K = 1, higher of the two arm means",
    below=0.0,
    tables=("generalisation",),
    arms=("modular_15", "flat_91"),
)
def change_over_k(evidence: Evidence, arms: Arms) -> Sample:
    groups = [evidence.generalisation(arm) for arm in arms]
    return Sample(groups, lambda *means: [mean[..., -1] - mean[..., 0] for mean in means])
