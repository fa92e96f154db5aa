"""What the paper says, as data: each claim with its statistic, direction and threshold.

Written down before the full runs that judge them (but knowing a prototype's N_solved for some arms of
Figs. 2 and 6); the history of this file shows it. A verdict comes from the interval of the statistic over
seeds, never from a point. `calibrated` marks a claim on which a setting was chosen (the learning rate), or
that follows from one: it is judged but not counted as reproduced.

Arms are matched by size: modular 5/10/15/20 against flat 20/54/91/128. A half-point is the
perturbation strength epsilon at which half of the unperturbed value is left.
"""

import math
from dataclasses import dataclass

MODULAR = ("modular_5", "modular_10", "modular_15", "modular_20")
FLAT = ("flat_20", "flat_54", "flat_91", "flat_128")
LARGE = MODULAR[1:]


@dataclass(frozen=True)
class Claim:
    """One checkable statement: it holds if `statistic` lies on the named side of `threshold`.

    `direction` is "above", "below" or "between" (then `threshold` is the pair of bounds). `panel` is
    where the statement stands in the paper ("own" for ours). `tables` and `arms` are what it is read from.
    `needs` says how few of the arms suffice to measure it: "all", "any" one, or whole "pairs" of a modular
    arm and its flat match; it is judged on all of them, and on some only in a variant. `resampled` is false
    where the interval is no bootstrap over seeds: a binomial one, or none because the number is counted.
    `trained_tau`: says something only where tau is trained.
    """

    name: str
    panel: str
    statement: str
    statistic: str
    direction: str
    threshold: float | tuple[float, float]
    tables: tuple[str, ...]
    arms: tuple[str, ...]
    needs: str = "all"
    resampled: bool = True
    trained_tau: bool = False
    calibrated: bool = False

    @property
    def bounds(self) -> tuple[float, float]:
        """The statistic must lie strictly between these two."""
        if self.direction == "between":
            return self.threshold
        return (self.threshold, math.inf) if self.direction == "above" else (-math.inf, self.threshold)


CLAIMS = (
    Claim(
        "one_task_per_epoch",
        "2a",
        "Modular networks of more than 5 units solve about one new task in every epoch.",
        "tasks solved per epoch, lowest of the three arm means",
        "above",
        0.95,
        ("learning_curves",),
        LARGE,
        needs="any",
    ),
    Claim(
        "five_units_slower",
        "2a",
        "Modules of 5 units solve fewer than one task per epoch.",
        "tasks solved per epoch, arm mean",
        "below",
        0.95,
        ("learning_curves",),
        ("modular_5",),
    ),
    Claim(
        "modular_above_flat",
        "2a",
        "Every modular network ends at a larger N than the flat network of its size.",
        "N_solved of the modular arm minus that of its flat match, lowest of the four differences of means",
        "above",
        0.0,
        ("learning_curves",),
        MODULAR + FLAT,
        needs="pairs",
    ),
    Claim(
        "flat_plateaus",
        "2a",
        "Flat networks stop making progress well before the end of training.",
        "tasks solved per epoch over the last third of the epochs, highest of the four arm means",
        "below",
        0.5,
        ("learning_curves",),
        FLAT,
        needs="any",
    ),
    Claim(
        "pareto_front",
        "2b",
        "For the weights that a flat network ends with, a modular network solves a larger N.",
        "largest mean N that a modular arm had solved with no more weights, minus the flat arm's mean "
        "N_solved; lowest of the four",
        "above",
        0.0,
        ("learning_curves",),
        MODULAR + FLAT,
        needs="pairs",
    ),
    Claim(
        "n_200",
        "2a, text",
        "A modular network can be driven to N = 200.",
        "share of the networks driven to N = 200 that got there (binomial interval)",
        "above",
        0.0,
        ("learning_curves",),
        ("n200",),
        resampled=False,
    ),
    Claim(
        "generalisation_above_flat",
        "2c",
        "A modular network trained to N = 10 learns N = 10 + K better than the flat one, at every K.",
        "accuracy of the modular minus the flat arm, default variant; lowest over K",
        "above",
        0.0,
        ("generalisation",),
        ("modular_15", "flat_91"),
    ),
    Claim(
        "generalisation_decays",
        "2c",
        "In both architectures, accuracy on N = 10 + K falls with K.",
        "accuracy at the largest K minus that at K = 1, higher of the two arm means",
        "below",
        0.0,
        ("generalisation",),
        ("modular_15", "flat_91"),
    ),
    Claim(
        "robust_to_weight_noise",
        "3a",
        "Modular networks of more than 5 units bear larger perturbations of their weights than flat ones.",
        "log10 half-point of weights, modular minus flat match, lowest of three pairs",
        "above",
        0.0,
        ("perturbation_summary",),
        LARGE + FLAT[1:],
        needs="pairs",
    ),
    Claim(
        "fragile_to_tau_noise",
        "3b",
        "Modular networks bear smaller perturbations of tau than flat ones.",
        "log10 half-point of tau, modular minus flat match, highest of four pairs",
        "below",
        0.0,
        ("perturbation_summary",),
        MODULAR + FLAT,
        needs="pairs",
    ),
    Claim(
        "robust_to_weight_noise_at_equal_n",
        "own, 3a",
        "On tasks that both have solved, modular networks of more than 5 units bear more noise on weights.",
        "log10 half-point of weights over the N that both arms solved, modular minus flat match, lowest of "
        "three",
        "above",
        0.0,
        ("perturbation", "learning_curves"),
        LARGE + FLAT[1:],
        needs="pairs",
    ),
    Claim(
        "fragile_to_tau_noise_at_equal_n",
        "own, 3b",
        "On tasks that both have solved, modular networks of more than 5 units bear less noise on tau.",
        "log10 half-point of tau over the N that both arms solved, modular minus flat match, highest of 3",
        "below",
        0.0,
        ("perturbation", "learning_curves"),
        LARGE + FLAT[1:],
        needs="pairs",
    ),
    Claim(
        "five_units_fragile",
        "3a, 3b",
        "Modules of 5 units are more sensitive to both perturbations than larger ones.",
        "log10 half-point of 5 units minus the mean of the larger modules, higher of weights and tau",
        "below",
        0.0,
        ("perturbation_summary",),
        MODULAR,
    ),
    Claim(
        "size_does_not_matter",
        "3",
        "Apart from 5 units, size hardly matters for robustness within an architecture.",
        "range of log10 half-points over sizes, largest of (modular > 5, flat) x (weights, tau)",
        "below",
        0.3,
        ("perturbation_summary",),
        LARGE + FLAT,
    ),
    Claim(
        "tau_constant_in_modules",
        "4a",
        "The trained tau stays the same from module to module.",
        "absolute difference of mean tau between the last and the first third of the modules",
        "below",
        0.2,
        ("timescales",),
        ("modular_15",),
        trained_tau=True,
    ),
    Claim(
        "tau_falls_in_flat",
        "4a",
        "The trained tau of a flat network falls to 1.",
        "mean tau at the largest N solved",
        "below",
        1.1,
        ("timescales",),
        ("flat_91",),
        trained_tau=True,
    ),
    Claim(
        "effective_tau_rises",
        "4b",
        "Effective timescales grow with N in both architectures.",
        "Spearman correlation of mean effective tau with N under the published drive, lower of the two arms",
        "above",
        0.5,
        ("timescales",),
        ("modular_15", "flat_91"),
    ),
    Claim(
        "effective_tau_modular_above_flat",
        "4b",
        "At the same N, effective timescales are longer in modular networks.",
        "mean effective tau, modular minus flat, averaged over the N that both solved (published drive)",
        "above",
        0.0,
        ("timescales",),
        ("modular_15", "flat_91"),
    ),
    Claim(
        "effective_tau_beyond_ideal_reader",
        "own, 4b",
        "Effective timescales rise beyond what an ideal parity reader shows under the same random density.",
        "slope over N of (mean effective tau of the modules minus that of the ideal reader), published drive",
        "above",
        0.0,
        ("timescales",),
        ("modular_15",),
    ),
    Claim(
        "weighted_tau_rises",
        "own, 4b",
        "Weighted by amplitude, effective timescales grow with N in both architectures.",
        "Spearman correlation of mean amplitude-weighted tau with N (published drive), lower of the two",
        "above",
        0.5,
        ("timescales",),
        ("modular_15", "flat_91"),
    ),
    Claim(
        "weighted_tau_modular_above_flat",
        "own, 4b",
        "Weighted by amplitude, effective timescales are longer in modular networks at the same N.",
        "mean amplitude-weighted tau, modular minus flat, over the N that both solved (published drive)",
        "above",
        0.0,
        ("timescales",),
        ("modular_15", "flat_91"),
    ),
    Claim(
        "weighted_tau_beyond_ideal_reader",
        "own, 4b",
        "Weighted by amplitude, effective timescales rise beyond those of an ideal parity reader.",
        "slope over N of (mean amplitude-weighted tau of the modules minus that of the ideal reader)",
        "above",
        0.0,
        ("timescales",),
        ("modular_15",),
    ),
    Claim(
        "feedforward_more_sensitive",
        "5a, 5b",
        "Perturbing W^FF hurts at smaller strengths than perturbing W^R.",
        "log10 half-point of tasks solved, W^R minus W^FF",
        "above",
        0.0,
        ("perturbation_summary",),
        ("modular_15",),
    ),
    Claim(
        "deeper_modules_suffer_more",
        "5a, 5b",
        "The same perturbation lowers the accuracy of deeper modules more.",
        "Spearman correlation of the loss of accuracy with depth, averaged over strengths where the mean "
        "accuracy lies between 0.6 and 0.95; lower of W^FF and W^R",
        "above",
        0.5,
        ("perturbation",),
        ("modular_15",),
    ),
    Claim(
        "recurrent_more_conserved",
        "5c",
        "From one module to the next, W^R changes less than W^FF, at every size.",
        "variance of the normalised weight change, W^FF minus W^R, lowest over the four sizes",
        "above",
        0.0,
        ("conservation",),
        MODULAR,
        needs="any",
    ),
    Claim(
        "frozen_feedforward_fails",
        "6a",
        "With W^FF frozen, networks fail within a step or two of the first task its fixed copy serves.",
        "N_solved, higher of the two arm means",
        "below",
        5.0,
        ("learning_curves",),
        ("frozen_feedforward_5", "frozen_feedforward_10"),
        needs="any",
        calibrated=True,
    ),
    Claim(
        "frozen_recurrent_near_15",
        "6a",
        "With W^R frozen, networks of 5 units reach an N of about 15 before they stall.",
        "N_solved, arm mean",
        "between",
        (10.0, 20.0),
        ("learning_curves",),
        ("frozen_recurrent_5",),
        calibrated=True,
    ),
    Claim(
        "frozen_recurrent_stalls",
        "6a",
        "With W^R frozen, networks of 5 units stagnate before the end of training.",
        "tasks solved per epoch over the last third of the epochs, arm mean",
        "below",
        0.2,
        ("learning_curves",),
        ("frozen_recurrent_5",),
    ),
    Claim(
        "frozen_recurrent_as_good_at_10",
        "6a",
        "At 10 units, freezing W^R makes no difference.",
        "N_solved of the fully trained minus that of the frozen arm, paired by seed",
        "between",
        (-5.0, 5.0),
        ("learning_curves",),
        ("modular_10", "frozen_recurrent_10"),
    ),
    Claim(
        "frozen_recurrent_above_flat",
        "6a",
        "Even with W^R frozen, 5-unit modules outdo the flat network of their size.",
        "N_solved of the frozen arm minus that of flat 20, difference of means",
        "above",
        0.0,
        ("learning_curves",),
        ("frozen_recurrent_5", "flat_20"),
        calibrated=True,
    ),
    Claim(
        "frozen_recurrent_costs_at_5",
        "6a",
        "At 5 units, freezing W^R costs performance.",
        "N_solved of the fully trained minus that of the frozen arm, paired by seed",
        "above",
        0.0,
        ("learning_curves",),
        ("modular_5", "frozen_recurrent_5"),
    ),
    Claim(
        "frozen_feedforward_below_recurrent",
        "6a",
        "Freezing W^FF does more harm than freezing W^R, at 5 and at 10 units.",
        "N_solved with W^R frozen minus that with W^FF frozen, lower of the two sizes",
        "above",
        0.0,
        ("learning_curves",),
        ("frozen_recurrent_5", "frozen_recurrent_10", "frozen_feedforward_5", "frozen_feedforward_10"),
        calibrated=True,
    ),
    Claim(
        "half_the_parameters",
        "6a, discussion",
        "Freezing W^R about halves the parameters that a new module trains.",
        "what a new module trains with W^R frozen, as a share of fully trained; higher of two counts: "
        "weights, and every parameter",
        "between",
        (0.4, 0.65),
        ("pathways",),
        ("modular_5", "frozen_recurrent_5"),
        resampled=False,
    ),
    Claim(
        "copying_recurrent_helps",
        "6b",
        "Copying W^R into a new module helps.",
        "N_solved with minus without a copied W^R, averaged over W^FF copied or not (literal reading)",
        "above",
        0.0,
        ("learning_curves",),
        ("copy_none_5", "copy_recurrent_5", "copy_feedforward_5", "copy_both_5"),
    ),
    Claim(
        "copying_feedforward_does_not_help",
        "6b",
        "Copying W^FF into a new module confers little or nothing.",
        "N_solved with minus without a copied W^FF, averaged over W^R copied or not (literal reading)",
        "below",
        2.0,
        ("learning_curves",),
        ("copy_none_5", "copy_recurrent_5", "copy_feedforward_5", "copy_both_5"),
    ),
    Claim(
        "copying_matters_less_when_larger",
        "text to 6b",
        "What is copied into a new module matters less in larger modules.",
        "size of the difference between N_solved with both W^R and W^FF copied and with neither (literal "
        "reading), 5 units minus 10",
        "above",
        0.0,
        ("learning_curves",),
        ("copy_both_5", "copy_none_5", "copy_both_10", "copy_none_10"),
    ),
    Claim(
        "recurrent_not_input_carries_copying",
        "own, 6b",
        "It is W^R, not W^I, that carries the advantage of copying.",
        "N_solved of copying W^R alone minus that of copying W^I alone",
        "above",
        0.0,
        ("learning_curves",),
        ("copy_recurrent_5", "copy_input_5"),
    ),
)
