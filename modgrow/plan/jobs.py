"""The jobs that Snakemake runs beside it, not on a cluster: each table, text and figure made from tables."""

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from modgrow import places
from modgrow.arm import Arm
from modgrow.config import Settings
from modgrow.explorer import bundle
from modgrow.figures import glossary

if TYPE_CHECKING:
    from modgrow.plan.plan import Plan

EXPLORER = "explorer.html"
CURVES = "tables/learning_curves.parquet"
EXACT_UNITS = (2, 14)  # of chains built by hand, beside as many as those that are compared have
LONGEST_PAGE = 500  # rows of a table that its page in the report shows


class Shown(NamedTuple):
    """How the report shows a file; `caption` names a file of workflow/report."""

    category: str
    label: str
    caption: str


@dataclass(frozen=True)
class Job:
    """One job; its name is that of its rule, and of its script if it names no other.

    Files are named as they lie in the results.
    """

    name: str
    reads: list[str]  # in the order in which the script takes them
    makes: list[str]  # likewise
    arms: list[str] = field(default_factory=list)  # whose settings the script is told
    uses: dict[str, Any] = field(default_factory=dict)  # what else it is told, by name
    about: list[str] = field(default_factory=list)  # arms that it works on without being told their settings
    waits: list[str] = field(default_factory=list)  # files that must be there, but are not given to it
    shown: dict[str, Shown] = field(default_factory=dict)  # what it makes for the report
    script: str = ""  # default: the name
    files: list[str] = field(default_factory=list)  # that it loads by name, whatever its arms name


def jobs(plan: "Plan") -> list[Job]:
    """All such jobs, of all targets."""
    figures = [figure.job(plan.note_on(figure.arms, figure.asks)) for figure in plan.figures]
    return [
        *_of_curves(plan),
        *_of_claims(plan),
        *_of_columns(plan),
        *_of_exact_networks(plan),
        _resources(plan),
        _pages(plan),
        _explorer(plan),
        *figures,
    ]


def _of_curves(plan: "Plan") -> list[Job]:
    every, compared = list(plan.seeds), plan.settings.comparison
    found = [
        Job("pathways", [CURVES], ["tables/pathways.parquet"], every),
        Job("parameters", [CURVES], ["tables/parameters.parquet"], every, {"comparison": compared}),
        _pool_proof(plan),
    ]
    if plan.costed:
        found.append(Job("costs", [CURVES], ["tables/costs.parquet"], plan.costed))
    if plan.far_seeds:
        found.append(_far(plan))
    if plan.compared:
        arms = list(dict.fromkeys(itertools.chain(*plan.compared)))
        found.append(
            Job("comparisons", [CURVES], ["tables/comparisons.parquet"], arms, {"pairs": plan.compared})
        )
    return found


def _pool_proof(plan: "Plan") -> Job:
    """It gathers learning curves itself: the long table has none of target `pool_proof`."""
    seeds = plan.proof_seeds
    planned = plan.planned("learning_curves", seeds)
    return Job(
        "pool_proof_table",
        reads=[],
        makes=["tables/pool_proof.parquet"],
        uses={"pairs": plan.proof_pairs, "seeds": places.spans(seeds), "planned": planned},
        about=list(seeds),
        waits=places.per_network("learning_curves", "parquet", seeds),
    )


def _of_exact_networks(plan: "Plan") -> list[Job]:
    """Networks built by hand under the noise that those of the comparison are asked to bear."""
    if not plan.settings.comparison:
        return []
    asked = plan.settings.perturbation.canonical
    uses = {key: asked[key] for key in ("weights", "fine", "draws", "steps")}
    uses["networks"] = exact_networks([plan.settings.arms[arm] for arm in plan.settings.comparison])
    return [Job("exact", [], ["tables/exact.parquet"], uses=uses, files=["modgrow/tasks/parity.py"])]


def exact_networks(arms: list[Arm]) -> dict[str, dict]:
    """What networks built by hand are built from, by name: one of the size of each arm that could be one."""
    found = {}
    for arm in arms:
        possible = arm.units >= 2 and arm.negative_slope < 1.0
        if possible and (arm.task, arm.n_first, arm.feedforward_delay) == ("parity", 2, 1):
            alike = {"n": arm.n_limit, "negative_slope": arm.negative_slope, "dtype": arm.dtype}
            for units in (arm.units, *EXACT_UNITS) if arm.grows else (arm.units,):
                name = f"exact_{units}" if arm.grows else f"exact_flat_{units}"
                found.setdefault(name, {"flat": not arm.grows, "units": units, **alike})
    return found


def _far(plan: "Plan") -> Job:
    """What the networks of target `far` cost, which are in no table of `all`."""
    seeds = plan.far_seeds
    return Job(
        "far_table",
        reads=far_curves(plan),
        makes=["tables/far.parquet"],
        uses={"seeds": places.spans(seeds), "planned": plan.planned("learning_curves", seeds)},
        about=list(seeds),
        waits=places.per_network("networks", "safetensors", seeds),
    )


def far_curves(plan: "Plan") -> list[str]:
    """The learning curves of the networks of target `far`."""
    return places.per_network("learning_curves", "parquet", plan.far_seeds)


def _of_claims(plan: "Plan") -> list[Job]:
    tables = [f"tables/{table}.parquet" for table in plan.claim_tables]
    every, judged = list(plan.seeds), {"experiments": plan.experiments}
    controls = {"controls": plan.settings.controls.canonical} if plan.with_controls else {}
    return [
        Job(
            "claims",
            reads=[*tables, *(f"tables/{name}.parquet" for name in plan.own_tables)],
            makes=["claims.parquet", "claims.csv", "claims.md"],
            arms=every,
            uses={**judged, **controls, "note": plan.note},
            files=[file for name in plan.claimed_studies for file in plan.files_of(name)],
        ),
        Job("check_claims", ["claims.parquet"], ["verdict.txt", "answers.txt"], uses={"note": plan.note}),
        Job("reference", tables, ["tables/reference.parquet", "reference.md"], every, judged),
    ]


def column_folder(column: str) -> str:
    """Where the tables and the verdicts of a column lie."""
    return f"columns/{column}"


def _of_columns(plan: "Plan") -> list[Job]:
    """Each column judged alone, then all of them beside the main run."""
    columns = list(plan.settings.columns)
    verdicts = [f"{column_folder(column)}/claims.parquet" for column in columns]
    together = ["columns/verdict.txt", *(f"columns/claims.{kind}" for kind in ("parquet", "csv", "md"))]
    every = Job("judge_columns", ["claims.parquet", *verdicts], together, uses={"note": plan.note})
    return [*(_column(plan, column) for column in columns), every]


def _column(plan: "Plan", column: str) -> Job:
    """One column; one of learning rates reads the main run too, whose modular arms meet its flat ones."""
    names = plan.settings.column_names[column]
    rate = plan.settings.columns[column].is_rate
    main = [f"tables/{table}.parquet" for table in plan.claim_tables] if rate else []
    folder = column_folder(column)
    return Job(
        f"judge_column_{column}",
        reads=[*plan.column_tables(column), *main],
        makes=[f"{folder}/claims.parquet", f"{folder}/claims.csv"],
        arms=list(dict.fromkeys([*(plan.seeds if rate else names), *names.values()])),
        uses={"experiments": plan.experiments, "column": column, "names": names},
        script="judge_column",
    )


def _resources(plan: "Plan") -> Job:
    """What the jobs of `all` took, which must be over: of each kind the last."""
    networks = places.per_network("networks", "safetensors", plan.seeds)
    figures = [f"figures/{name}.svg" for name in plan.drawn("all")]
    return Job(
        "resources",
        reads=[CURVES],
        makes=["tables/resources.parquet"],
        uses={"seeds": places.spans(plan.seeds)},
        about=list(plan.seeds),
        waits=[*networks, "verdict.txt", *figures, EXPLORER],
    )


def _pages(plan: "Plan") -> Job:
    """Every table as a page of the report, the claims first."""
    tables = {"claims": "claims.parquet"} | {name: f"tables/{name}.parquet" for name in plan.tables}
    shown = {f"pages/{name}.html": Shown("4 Tables", name, "table") for name in plan.tables}
    shown["pages/claims.html"] = Shown("1 Verdict", "Every claim", "table")
    return Job(
        "pages",
        reads=list(tables.values()),
        makes=[f"pages/{name}.html" for name in (*tables, "index")],
        uses={"longest": LONGEST_PAGE, "note": plan.note, "static": glossary.digest()},
        shown=shown,
        files=[file for kind in plan.kinds for file in kind.files],
    )


def _explorer(plan: "Plan") -> Job:
    """A page to play with the first network of some arms; of its own files the identity has a digest."""
    arms = explored(plan.settings)
    firsts = [f"networks/{arm}/seed_{plan.settings.seeds_of(arm)[0]}.safetensors" for arm in arms]
    return Job("explorer", firsts, [EXPLORER], uses={"static": bundle.digest()}, about=arms)


def explored(settings: Settings) -> list[str]:
    """The two smallest chains and flat arms of the comparison, the larger of either first."""
    chains = settings.chains[:2]
    flats = [arm for arm in settings.comparison if arm not in settings.chains][:2]
    return [*reversed(chains), *reversed(flats)]
