"""Fig. 2: learning and generalisation."""

import numpy as np

from modgrow.arm import Arm
from modgrow.verdict.claim import FLAT, LARGE, MODULAR, claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Measured, Sample, by_column, differences, matched
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
    """Tasks solved per epoch, of each arm."""
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
    """N_solved of each modular arm minus that of its flat match."""
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
    """Tasks solved per epoch towards the end of training, of each arm."""
    return Sample([evidence.late_tasks_per_epoch(arm) for arm in arms])


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

    Which N these weights allow is known only when the flat arm's mean N_solved is, and that differs from
    one resample to the next. So a modular group holds a network's answer for every N, (seed, N): as far as it
    had come when it was allowed N, which is N or, if it stopped before, its N_solved.
    """
    modular, flat = evidence.split(arms)
    n_solved = {arm: evidence.n_solved(arm) for arm in arms}
    largest = max(values.max() for values in n_solved.values())
    every_n = np.arange(largest + 1)

    def components(*means: np.ndarray) -> list[np.ndarray]:
        mean_reached = means[: len(modular)]  # (..., N): axes in front are resamples
        mean_ends = means[len(modular) :]  # (...)
        margins = []
        for arm, end in zip(flat, mean_ends, strict=True):
            weights = _n_weights_at(evidence.arms[arm], end)
            reached = []
            for own, by_n in zip(modular, mean_reached, strict=True):
                allowed = _largest_n(evidence.arms[own], weights, at_most=largest)
                reached.append(_pick(by_n, allowed))
            margins.append(np.maximum.reduce(reached) - end)
        return margins

    reached_by_n = [np.minimum.outer(n_solved[arm].to_numpy(), every_n) for arm in modular]
    return Sample([*reached_by_n, *(n_solved[arm] for arm in flat)], components)


def _n_weights_at(flat: Arm, n: np.ndarray) -> np.ndarray:
    """The weights of a flat network that has solved `n`, a mean that may lie between two counts.

    Its units stay; every further task adds a head, which reads all units with two logits.
    """
    n_more_heads = n - flat.n_first
    return flat.n_weights(1) + 2 * flat.units * n_more_heads


def _largest_n(modular: Arm, n_weights: np.ndarray, at_most: int) -> np.ndarray:
    """The largest N that a growing network reaches with so many weights, 0 to `at_most`."""
    per_module = modular.n_weights(2) - modular.n_weights(1)
    heads = np.floor((n_weights - modular.n_weights(1)) / per_module) + 1
    return np.clip(heads + modular.n_first - 1, 0, at_most).astype(int)


def _pick(by_n: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Of values (..., N), the one at `n` (...)."""
    place = np.asarray(n)[..., None]
    return np.take_along_axis(by_n, place, axis=-1)[..., 0]


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
    """Share of the networks that solved N = 200: an existence claim, so no network is left out."""
    n_solved = evidence.n_solved(arms[0])
    n_there = int((n_solved >= 200).sum())
    return Measured(share_interval(n_there, len(n_solved)), len(n_solved), n_left_out=0)


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
    """Accuracy on N + K, modular minus flat, at each K."""
    groups = [evidence.generalisation(arm) for arm in matched(evidence, arms)]
    return Sample(groups, lambda modular, flat: by_column(modular - flat))


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
    """Accuracy at the largest K minus that at the smallest, of each arm."""
    groups = [evidence.generalisation(arm) for arm in arms]
    return Sample(groups, lambda *means: [mean[..., -1] - mean[..., 0] for mean in means])
