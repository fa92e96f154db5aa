"""What each target of the workflow makes, from which networks and tables: all of it from the settings.

`workflow/rules` turns this into rules. Read and tested without Snakemake; no torch.
"""

import difflib
import itertools
from collections.abc import Iterable
from functools import cached_property

from modgrow import places
from modgrow.config import Settings
from modgrow.errors import SettingsError, printable
from modgrow.plan import controls, identity
from modgrow.plan.experiments import Experiment, experiments
from modgrow.plan.figures import Figure, figures, panels
from modgrow.plan.jobs import EXPLORER, Job, column_folder, jobs
from modgrow.verdict import paper

MOST_JOBS = 30_000  # planning takes a processor 1.1 s per 1,000 jobs, and 25 MB
CURVES, SUMMARY = "learning_curves", "perturbation_summary"
CLAIMS = ("parquet", "csv", "md")  # as which verdicts are written

Seeds = dict[str, range]  # the seeds of each arm


class Plan:
    """What there is to make under some settings, which errors call `name`."""

    def __init__(self, settings: Settings, name: str = "config.yaml"):
        self.settings = settings
        self.name = name
        self.kinds = experiments(settings)
        self.asked = {kind.name: kind.arms(settings) for kind in self.kinds}  # arms that `all` asks

    def seeds_of(self, arms: Iterable[str]) -> Seeds:
        """The seeds of these arms."""
        return {arm: self.settings.seeds_of(arm) for arm in arms}

    @cached_property
    def seeds(self) -> Seeds:
        """Every network that `all` needs."""
        return self.seeds_of(self.settings.arms_of("all"))

    @cached_property
    def proof_pairs(self) -> dict[str, str]:
        """Each arm of target `pool_proof`, and its counterpart."""
        return self.settings.proof_pairs()

    @cached_property
    def proof_seeds(self) -> Seeds:
        """Every network of target `pool_proof`: of an arm and its counterpart equally many."""
        found = {}
        for fresh, pool in self.proof_pairs.items():
            found[fresh] = found[pool] = self.settings.seeds_of(fresh)
        return found

    @cached_property
    def far_seeds(self) -> Seeds:
        """Every network of target `far`."""
        return self.seeds_of(self.settings.arms_of("far"))

    @cached_property
    def collections(self) -> dict[str, dict[str, Seeds]]:
        """Folder of results -> table -> the networks whose tables are gathered in it."""
        own = {CURVES: self.seeds}
        for table, arms in self.asked.items():
            if arms:
                own[table] = self.seeds_of(arms)
        return {"tables": own} | {
            column_folder(name): self._of_column(name) for name in self.settings.columns
        }

    def collected(self, collection: str, table: str) -> list[str]:
        """The files, named as they lie in the results, that one table of a collection is gathered from."""
        return places.per_network(table, "parquet", self.collections[collection][table])

    def _of_column(self, column: str) -> dict[str, Seeds]:
        """Table -> the networks that a column asks, under the names that they are trained under."""
        asked = {table: self.settings.asked_in(column, table) for table in self.kinds_of_the_paper}
        if "learning" in self.settings.columns[column].experiments:
            asked = {CURVES: list(self.settings.columns[column].arms)} | asked
        return {table: self._column_seeds(column, arms) for table, arms in asked.items() if arms}

    def _column_seeds(self, column: str, arms: Iterable[str]) -> Seeds:
        """As many of the first networks of each arm as the column asks; of the main run's, as there are."""
        names, counts = self.settings.column_names[column], self.settings.columns[column].arms
        found: Seeds = {}
        for arm in arms:
            count = max(counts[arm], len(found.get(names[arm], ())))
            found[names[arm]] = self.settings.seeds_of(names[arm])[:count]
        return found

    @property
    def kinds_of_the_paper(self) -> list[str]:
        """The experiments that claims are read from."""
        return [kind.name for kind in self.kinds if kind.name not in self.settings.studies]

    def column_tables(self, column: str) -> list[str]:
        """The tables that a column is judged on, with their folder."""
        folder = column_folder(column)
        own = self.collections[folder]
        return [f"{folder}/{table}.parquet" for table in [*own, *[SUMMARY] * ("perturbation" in own)]]

    @cached_property
    def claim_tables(self) -> list[str]:
        """The tables that the claims of the paper are judged on."""
        own = [table for table in self.collections["tables"] if table not in self.settings.studies]
        return [*own, "pathways", *[SUMMARY] * bool(self.settings.comparison)]

    @property
    def claimed_studies(self) -> list[str]:
        """The studies that claims of our own are read from."""
        return [name for name in self.settings.studies if name in paper.STUDIES]

    @property
    def with_controls(self) -> bool:
        """Whether `all` has the controls: where the settings name them, since claims are read from them."""
        return "controls" in self.settings.model_fields_set

    @property
    def own_tables(self) -> list[str]:
        """The tables that claims of our own alone are read from."""
        exact = ["exact"] * bool(self.settings.comparison)
        return [*exact, *["controls"] * self.with_controls, *self.claimed_studies]

    @cached_property
    def tables(self) -> list[str]:
        """Every table of `all` in `tables/`."""
        comparisons = ["comparisons"] * bool(self.compared)
        return [
            *self.claim_tables,
            *[table for table in self.own_tables if table not in self.settings.studies],
            "parameters",
            "resources",
            "reference",
            *comparisons,
            *["costs"] * bool(self.costed),
            *self.settings.studies,
        ]

    @cached_property
    def jobs(self) -> list[Job]:
        """The jobs that make tables, texts and figures from tables, of all targets."""
        return [*jobs(self), *controls.control_jobs(self.settings)]

    @cached_property
    def costed(self) -> list[str]:
        """The arms whose sizes are what a family can cost: those that are plain and learn parity."""
        return [arm for arm in self.settings.plain_arms if self.settings.arms[arm].task == "parity"]

    @cached_property
    def compared(self) -> list[list[str]]:
        """Pairs of arms whose N solved is compared: of the comparison each with each, and those of Fig. 6."""
        pairs = [list(pair) for pair in itertools.combinations(self.settings.comparison, 2)]
        for arms in panels(self.settings).values():
            for arm in arms:
                other = self._first_of_its_size(arm, arms)
                if arm != other:
                    pairs.append([arm, other])
        return pairs

    def _first_of_its_size(self, arm: str, arms: list[str]) -> str:
        units = self.settings.arms[arm].units
        return next(other for other in arms if self.settings.arms[other].units == units)

    @cached_property
    def figures(self) -> list[Figure]:
        """The figures of all targets."""
        return figures(self)

    def makes(self, target: str = "all") -> list[str]:
        """The files that a target is there for, named as they lie in the results."""
        kinds = {
            "all": [
                "verdict.txt",
                "answers.txt",
                EXPLORER,
                *(f"claims.{kind}" for kind in CLAIMS),
                *(f"tables/{table}.parquet" for table in self.tables),
                *(f"pages/{table}.html" for table in ("claims", *self.tables, "index")),
                *(controls.DRAWN if self.with_controls else []),
            ],
            "columns": ["columns/verdict.txt", *(f"columns/claims.{kind}" for kind in CLAIMS)],
            "pool_proof": ["tables/pool_proof.parquet"],
            "far": ["tables/far.parquet"] if self.far_seeds else [],
            "controls": controls.MAKES,
        }
        drawn = [f"figures/{name}.{kind}" for name in self.drawn(target) for kind in ("svg", "png")]
        return kinds[target] + drawn

    def drawn(self, target: str = "all") -> list[str]:
        """The names of a target's figures."""
        return [figure.name for figure in self.figures if figure.target == target]

    @cached_property
    def judged(self) -> list[str]:
        """The arms that claims are about; where none is there, one's own."""
        return [arm for arm in self.seeds if arm in paper.ARMS] or list(self.seeds)

    @cached_property
    def judged_experiments(self) -> list[str]:
        """The experiments that claims are about, and that some arm is asked."""
        return [name for name in paper.EXPERIMENTS if self.asked[name]]

    @cached_property
    def note(self) -> str:
        """In what the whole is not the paper's, in words for what shows it; else empty."""
        return self.note_on(self.judged, self.judged_experiments)

    def note_on(self, arms: Iterable[str], experiments: Iterable[str] = ()) -> str:
        """What the run is called, and in what these arms and experiments are not the paper's; else empty."""
        own = {arm: self.settings.arms[arm] for arm in arms}
        unlike = paper.note(own, {name: getattr(self.settings, name) for name in experiments})
        return ", ".join(filter(None, [self.settings.called, unlike]))

    @cached_property
    def experiments(self) -> dict[str, dict]:
        """The settings of the experiments that claims know, whichever arms were asked."""
        return {name: getattr(self.settings, name).identity_without({"arms"}) for name in paper.EXPERIMENTS}

    @cached_property
    def _recipes(self) -> dict[str, dict]:
        """The resolved settings of every arm: asked for by each of its jobs."""
        return {name: arm.canonical for name, arm in self.settings.arms.items()}

    def recipe(self, arm: str) -> dict:
        """The resolved settings of one arm. Raises SettingsError, which says which arms there are."""
        if arm not in self._recipes:
            arms = list(self.settings.arms)
            close = difflib.get_close_matches(arm, arms, 3) or [name for name in arms if "." not in name]
            raise SettingsError(f"no arm named {printable(arm)}; {self.name} has {', '.join(close)} ...")
        return self._recipes[arm]

    def recipes(self, arms: Iterable[str]) -> dict[str, dict]:
        """The resolved settings of several arms by name."""
        return {arm: self.recipe(arm) for arm in arms}

    def planned(self, table: str, arms: Iterable[str]) -> dict[str, dict]:
        """What the tables of networks of these arms must say made them, arm by arm."""
        if table == CURVES:
            return {arm: {"id": {"settings": self.recipe(arm)}} for arm in arms}
        asks = self._kind(table).asks(self.settings)
        return {arm: {"id": {"settings": asks}, "network": {"settings": self.recipe(arm)}} for arm in arms}

    def files_of(self, table: str) -> tuple[str, ...]:
        """The files that jobs of an experiment, or of its table, load by name: that of a study."""
        return () if table == CURVES else self._kind(table).files

    def _kind(self, table: str) -> Experiment:
        return next(kind for kind in self.kinds if kind.name == table)

    def identity(self, script: str, about: Iterable[str], files: Iterable[str] = (), /, **uses) -> str:
        """The identity of a job of `script` on networks of the arms `about`. Raises SettingsError.

        `files` are those that it loads by name beside what the arms name.
        """
        for arm in about:
            self.recipe(arm)
        return identity.text(script, [self.settings.arms[arm] for arm in about], files, **uses)

    def identity_of(self, job: Job) -> str:
        """The identity of one of the `jobs`."""
        told = {"arms": self.recipes(job.arms)} if job.arms else {}
        return self.identity(job.script or job.name, job.arms or job.about, job.files, **told, **job.uses)


def refuse_large(plan: Plan) -> None:
    """Raise SettingsError where a target would take more jobs than can be planned."""
    kinds = {**plan.collections, "pool_proof": {CURVES: plan.proof_seeds}, "far": {CURVES: plan.far_seeds}}
    kinds["controls"] = {"controls": controls.seeds_of(plan.settings)}
    for target, tables in kinds.items():
        jobs = sum(len(seeds) for own in tables.values() for seeds in own.values())
        if jobs > MOST_JOBS:
            raise SettingsError(
                f"{plan.name}: {target} would take {jobs} jobs, at most {MOST_JOBS} are planned at once; "
                "lower `seeds` or spread the arms over several settings files"
            )
