"""What a claim is, and how one is declared: directly above the function that measures it.

    @claim(
        "robust_to_weight_noise",
        panel="3a",
        says="Modular networks of more than 5 units bear larger perturbations ... than flat ones.",
        statistic="log10 half-point of weights, modular minus flat match, lowest of three pairs",
        above=0.0,
        tables=("perturbation_summary",),
        arms=LARGE + FLAT[1:],
        needs="pairs",
    )
    def margin_for_weights(evidence: Evidence, arms: Arms) -> Sample: ...

The function takes the evidence and the arms that it is judged on, in the order of the claim's record, and
gives the claim's components, each with its kind of interval (`sample.py`). Claims that share one stand
above it one upon the other.

A threshold is written down before the full runs that it judges (the first ones knowing a prototype's
N_solved for some arms of Figs. 2 and 6); the history of `claims/`, and before it of `claims.py`, shows it. A
verdict comes from the interval of the statistic over seeds, never from a point.
"""

import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from types import ModuleType
from typing import TypeVar

from modgrow.schemas.evidence import SCHEMAS
from modgrow.verdict import paper
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.intervals.interval import EQUIVALENCE, LEVEL
from modgrow.verdict.sample import Arms, Sample

Measure = Callable[[Evidence, Arms], Sample]
Function = TypeVar("Function", bound=Callable)

# Arms are matched by size: modular 5/10/15/20 against flat 20/54/91/128.
MODULAR = ("modular_5", "modular_10", "modular_15", "modular_20")
FLAT = ("flat_20", "flat_54", "flat_91", "flat_128")
LARGE = MODULAR[1:]
NEEDS = ("all", "any", "pairs")


@dataclass(frozen=True)
class Claim:
    """One checkable statement: it holds if `statistic` lies on the named side of `threshold`.

    `direction` is "above", "below", "between" (then `threshold` is the pair of bounds), or "within": no
    difference larger than `threshold` either way, shown by two one-sided tests. `panel` is what the
    statement belongs to ("own" for ours), `place` where in the paper it stands, `because` the reason of the
    threshold. `tables` and `arms` are what it is read from. `measure` computes the statistic. `needs` says
    how few of the arms suffice to measure it: "all", "any" one, or whole "pairs" of a modular arm and its
    flat match; it is judged on all of them, and on some only in a column.

    `negligible`: a difference wholly within this much of 0 is equivalent, whatever its sign. `headline`: one
    of the few that are judged together (Holm). `undecidable`: why no feasible number of networks can show it,
    which is said in place of a verdict unless they contradict it. `trained_tau`: says something only where
    tau is trained.
    """

    name: str
    panel: str
    says: str
    statistic: str
    direction: str
    threshold: float | tuple[float, float]
    tables: tuple[str, ...]
    arms: tuple[str, ...]
    measure: Measure
    place: str = ""
    because: str = ""
    needs: str = "all"
    negligible: float | None = None
    headline: bool = False
    undecidable: str = ""
    trained_tau: bool = False

    @property
    def families(self) -> bool:
        """Whether flat networks take part, so that it is judged at every learning rate of theirs.

        Columns ask no studies and no controls: what is read from those is judged in the main run alone.
        """
        alone = any(table in paper.IN_NO_COLUMN for table in self.tables)
        return not alone and any(not paper.ARMS[arm].grows for arm in self.arms)

    @property
    def level(self) -> float:
        """Of the interval that the claim is judged by."""
        return EQUIVALENCE if self.direction == "within" else LEVEL

    @property
    def bounds(self) -> tuple[float, float]:
        """The statistic must lie strictly between these two."""
        if self.direction == "between":
            return self.threshold
        if self.direction == "within":
            return (-self.threshold, self.threshold)
        return (self.threshold, math.inf) if self.direction == "above" else (-math.inf, self.threshold)


_DECLARED: dict[str, Claim | None] = {}  # None: declared, its function not yet known


def claim(
    name: str,
    *,
    panel: str,
    says: str,
    statistic: str,
    tables: tuple[str, ...],
    arms: tuple[str, ...],
    above: float | None = None,
    below: float | None = None,
    between: tuple[float, float] | None = None,
    within: float | None = None,
    place: str = "",
    because: str = "",
    needs: str = "all",
    negligible: float | None = None,
    headline: bool = False,
    undecidable: str = "",
    trained_tau: bool = False,
) -> Callable[[Function], Function]:
    """Declare a claim (`Claim` says what the words are) that the function below it measures.

    One of `above`, `below`, `between` and `within` gives the direction and the threshold. Raises ValueError
    where a declaration cannot be judged: claims are checked when their file is imported.
    """
    given = {"above": above, "below": below, "between": between, "within": within}
    thresholds = {word: value for word, value in given.items() if value is not None}
    found = [
        _wrong_name(name),
        _wrong_direction(thresholds),
        _wrong_bounds_of_equivalence({"within": within, "negligible": negligible}, because),
        _wrong_names("tables", tables, {*SCHEMAS, *paper.STUDIES}, "modgrow/schemas/evidence.py"),
        _wrong_names("arms", arms, paper.KNOWN, "modgrow/verdict/paper.py"),
        _wrong_needs(needs, arms),
    ]
    wrong = list(filter(None, found))
    if wrong:
        raise ValueError(f"claim {name!r}: {'; '.join(wrong)}")
    [(direction, threshold)] = thresholds.items()
    # Python reads decorators from the top and applies them from the bottom: the place is taken here.
    _DECLARED[name] = None

    def declare(measure: Function) -> Function:
        _DECLARED[name] = Claim(
            name=name,
            panel=panel,
            says=says,
            statistic=statistic,
            direction=direction,
            threshold=threshold,
            tables=tables,
            arms=arms,
            measure=measure,
            place=place,
            because=because,
            needs=needs,
            negligible=negligible,
            headline=headline,
            undecidable=undecidable,
            trained_tau=trained_tau,
        )
        return measure

    return declare


def claims_of(*modules: ModuleType) -> tuple[Claim, ...]:
    """The claims that these modules declare, in the order of the modules and of their lines."""
    names = [module.__name__ for module in modules]
    declared = [one for one in _DECLARED.values() if one is not None]
    found = [one for one in declared if one.measure.__module__ in names]
    return tuple(sorted(found, key=lambda one: names.index(one.measure.__module__)))


def _wrong_name(name: str) -> str:
    return "its name is taken; names are unique" if name in _DECLARED else ""


def _wrong_direction(thresholds: dict[str, float | tuple[float, float]]) -> str:
    if not thresholds:
        return "it has no threshold; give one of above, below, between, within"
    if len(thresholds) > 1:
        return f"it has thresholds {', '.join(thresholds)}; give one of them"
    bounds = thresholds.get("between")
    if bounds is not None and not (isinstance(bounds, tuple) and len(bounds) == 2 and bounds[0] < bounds[1]):
        return f"between is {bounds!r}; must be a pair, the lower bound first"
    return ""


def _wrong_bounds_of_equivalence(bounds: dict[str, float | None], because: str) -> str:
    """A bound below which a difference does not matter is a judgement: it comes with its reason."""
    given = {word: bound for word, bound in bounds.items() if bound is not None}
    for word, bound in given.items():
        if not bound > 0:
            return f"{word} is {bound!r}; must be above 0"
    if given and not because:
        return f"{' and '.join(given)} without because; give the reason of the bound"
    return ""


def _wrong_names(what: str, names: tuple[str, ...], known: Container[str], file: str) -> str:
    """`what` is tables or arms, which are known from `file`."""
    if not isinstance(names, tuple) or not names:
        return f"{what} is {names!r}; must be a tuple of names"
    unknown = [name for name in names if name not in known]
    return f"{what} has {', '.join(unknown)}, which {file} lacks" if unknown else ""


def _wrong_needs(needs: str, arms: tuple[str, ...]) -> str:
    if needs not in NEEDS:
        return f"needs is {needs!r}; must be one of {', '.join(NEEDS)}"
    if needs == "pairs" and len(arms) % 2:
        return f"needs is 'pairs', of {len(arms)} arms; give each modular arm its flat match"
    return ""
