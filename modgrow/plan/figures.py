"""Every figure as a record: what it reads, which arms it shows, what its script is told, how it is shown."""

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modgrow import study
from modgrow.config import Settings
from modgrow.holding import controlled
from modgrow.plan.jobs import Job, Shown, far_curves

if TYPE_CHECKING:
    from modgrow.plan.plan import Plan

VERDICT, FIGURES, CHECKS = "1 Verdict", "2 Figures", "3 Checks"  # categories of the report, in its order
MODULES_DRAWN = 4  # of the chain in Fig. 1


@dataclass(frozen=True)
class Figure:
    """One figure; without arms there is nothing to draw."""

    name: str  # of its file
    category: str
    label: str  # in the report
    reads: list[str]  # files below the results, in the order in which the script takes them
    arms: list[str]  # that it shows: what of them is not the paper's, stands below it
    asks: list[str] = field(default_factory=list)  # experiments whose settings are said there, too
    uses: dict[str, Any] = field(default_factory=dict)  # what its script is told, by name
    recipes: bool = True  # whether the script is told the settings of the arms
    rule: str = ""  # default: the name
    script: str = ""  # default: that of the rule
    caption: str = ""  # in workflow/report; default: the name
    files: list[str] = field(default_factory=list)  # that its script loads by name
    target: str = "all"

    def job(self, note: str) -> Job:
        """What draws it, over a note in what it is not the paper's."""
        svg, png = f"figures/{self.name}.svg", f"figures/{self.name}.png"
        arms, others = (self.arms, []) if self.recipes else ([], self.arms)
        return Job(
            self.rule or self.name,
            reads=self.reads,
            makes=[svg, png],
            arms=arms,
            uses={**self.uses, "note": note},
            about=others,
            shown={svg: Shown(self.category, self.label, self.caption or self.name)},
            script=self.script,
            files=self.files,
        )


def figures(plan: "Plan") -> list[Figure]:
    """The figures that there is something to draw in, of all targets."""
    every = [*_of_learning(plan), *_of_experiments(plan.settings), *_of_studies(plan.settings)]
    every += [_of_what_suffices(plan), *_of_the_verdict(plan)]
    return [figure for figure in every if figure.arms]


def _table(name: str) -> str:
    return f"tables/{name}.parquet"


def _of_learning(plan: "Plan") -> list[Figure]:
    settings = plan.settings
    pair = fig1_arms(settings)
    firsts = [f"networks/{arm}/seed_{settings.seeds_of(arm)[0]}.safetensors" for arm in pair]
    own = panels(settings)
    return [
        Figure(
            "fig1",
            FIGURES,
            "Fig. 1: the two architectures",
            reads=firsts,
            arms=pair,
            uses={"modules": MODULES_DRAWN},
        ),
        Figure("fig2a", FIGURES, "Fig. 2a: learning speed", [_table("learning_curves")], settings.comparison),
        Figure("fig2b", FIGURES, "Fig. 2b: parameters", [_table("parameters")], settings.comparison),
        Figure(
            "fig6",
            FIGURES,
            "Fig. 6: freezing and copying",
            reads=[_table("learning_curves")],
            arms=list(dict.fromkeys(itertools.chain(*own.values()))),
            uses={"panels": [[title, arms] for title, arms in own.items()]},
        ),
        Figure("n200", FIGURES, "N = 200", [_table("learning_curves")], driven(plan)),
        Figure(
            "far",
            FIGURES,
            "Further: N = 500",
            reads=[_table("far"), *far_curves(plan)],
            arms=list(plan.far_seeds),
            rule="far_figure",
            caption="n200",
            target="far",
        ),
    ]


def _of_experiments(settings: Settings) -> list[Figure]:
    grown = settings.chains
    return [
        Figure(
            "fig2c",
            FIGURES,
            "Fig. 2c: generalisation",
            reads=[_table("generalisation")],
            arms=settings.generalisation.arms,
            asks=["generalisation"],
        ),
        Figure(
            "fig3",
            FIGURES,
            "Fig. 3: perturbation",
            reads=[_table("perturbation"), _table("perturbation_summary"), _table("exact")],
            arms=settings.comparison,
            asks=["perturbation"],
            uses={"threshold": settings.perturbation.threshold},
        ),
        Figure(
            "fig4",
            FIGURES,
            "Fig. 4: timescales",
            reads=[_table("timescales")],
            arms=settings.timescales.arms,
            asks=["timescales"],
            uses={"max_lag": settings.timescales.max_lag},
        ),
        Figure(
            "fig5",
            FIGURES,
            "Fig. 5: pathways",
            reads=[_table("perturbation"), _table("conservation")],
            arms=grown if settings.pathways in grown else [],
            asks=["perturbation"],
            uses={"arm": settings.pathways},
        ),
    ]


def _of_studies(settings: Settings) -> list[Figure]:
    found = []
    for name, asked in settings.studies.items():
        own = study.named(name)
        figure = Figure(
            name,
            FIGURES,
            own.label,
            reads=[_table(name)],
            arms=asked.arms,
            uses={"study": name, "asked": own.shows(own.asks(asked.settings))},
            rule=f"{name}_figure",
            script="study_figure",
            caption="study",
            files=[study.file_of(name)],
        )
        found.append(figure)
    return found


def _of_what_suffices(plan: "Plan") -> Figure:
    """Fig. 8, where some arm of `all` lacks what can hold the bit before; of the rest what there is."""
    settings = plan.settings
    arms = {name: settings.arms[name] for name in plan.seeds}
    lacking = controlled(arms, [name for name in settings.plain_arms if name in arms])
    cloned = settings.studies["cloning"].arms if "cloning" in settings.studies else []
    reads = {  # table -> the arms whose rows are drawn
        "learning_curves": list(itertools.chain(*lacking.values())),
        "perturbation_summary": settings.comparison,
        "exact": settings.comparison,
        "cloning": cloned,
        "costs": plan.costed,
    }
    return Figure(
        "fig8",
        FIGURES,
        "Fig. 8: what suffices, and costs",
        reads=[_table(name) for name, drawn in reads.items() if drawn],
        arms=list(dict.fromkeys(itertools.chain(*reads.values()))) if lacking else [],
        asks=["perturbation"] if settings.comparison else [],
        uses={
            "controlled": lacking,
            "comparison": settings.comparison,
            "threshold": settings.perturbation.threshold,
        },
        files=[study.file_of("cloning")] if cloned else [],
    )


def _of_the_verdict(plan: "Plan") -> list[Figure]:
    judged = {"arms": plan.judged, "asks": plan.judged_experiments, "recipes": False}
    return [
        Figure(
            "claims",
            VERDICT,
            "All claims at a glance",
            reads=["claims.parquet"],
            rule="claims_figure",
            **judged,
        ),
        Figure(
            "columns",
            VERDICT,
            "Under other readings",
            reads=["columns/claims.parquet"],
            rule="draw_columns",
            target="columns",
            **judged,
        ),
        Figure(
            "pool_proof",
            CHECKS,
            "Pool against fresh sequences",
            reads=["tables/pool_proof.parquet"],
            arms=list(plan.proof_seeds),
            recipes=False,
            rule="pool_proof_figure",
            target="pool_proof",
        ),
    ]


def fig1_arms(settings: Settings) -> list[str]:
    """The second-smallest chain (or the only one) and the smallest flat arm; none where one is lacking."""
    grown = settings.chains
    flats = [arm for arm in settings.comparison if arm not in grown]
    return [grown[:2][-1], flats[0]] if grown and flats else []


def panels(settings: Settings) -> dict[str, list[str]]:
    """The panels of Fig. 6: title and arms."""
    found = {"a: frozen pathways": settings.freezing} if settings.freezing else {}
    for n, (title, arms) in enumerate(settings.duplication.items(), 1):
        found[f"b{n}: {title}"] = arms
    return found


def driven(plan: "Plan") -> list[str]:
    """The arms of `all` whose networks are driven to a given N, whatever it takes."""
    return [arm for arm in plan.seeds if plan.settings.arms[arm].epochs is None]
