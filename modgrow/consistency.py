"""What settings must be together, beyond the range of each: whatever is accepted, ends.

Each function looks at one thing and yields what is wrong with it, key first, one line each.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from modgrow import extensions, forecast, places, study
from modgrow.errors import ModgrowError
from modgrow.recipes import MOST_NETWORKS
from modgrow.validation import choice, plain, shown

if TYPE_CHECKING:
    from modgrow.config import Settings

MOST_ARMS = 300
MOST_TEXT = 115_000  # characters of all recipes: Linux takes 131,072 as one argument of a command
MOST_MB = 2**20
MOST_ASKED = 10_000  # characters of a study's settings, once for each arm: beside MOST_TEXT they find room
RULES = ("all", "default", "train_network", "collect_table", "check_claims", "study")
RULES += ("pool_proof_table", "pool_proof_figure", "far", "far_table", "claims_figure", "study_figure")
RULES += ("judge_column", "judge_columns", "draw_columns", "far_table", "far_figure")
RULES += ("train_control", "controls_table", "controls_figure", "explorer")


def problems(settings: "Settings") -> Iterator[str]:
    """Everything that is wrong between settings."""
    for look in (_targets, _listed, _rates, _cases, _size, _proof, _pathways, _memory, _studies):
        yield from look(settings)


def _targets(settings: "Settings") -> Iterator[str]:
    if not settings.arms_of("all"):
        others = " or ".join(sorted(set(settings.arm_targets.values()) - {"columns"}, reverse=True))
        yield f"arms: all are of target {others}; give at least one of target all"


def _listed(settings: "Settings") -> Iterator[str]:
    """Every list of arms names arms that are there, each once."""
    lists = {
        "comparison": settings.comparison,
        "generalisation.arms": settings.generalisation.arms,
        "timescales.arms": settings.timescales.arms,
        "freezing": settings.freezing,
        **{f"duplication.{title}": arms for title, arms in settings.duplication.items()},
        **{f"columns.{name}.arms": list(column.arms) for name, column in settings.columns.items()},
        **{f"studies.{name}.arms": asked.arms for name, asked in settings.studies.items()},
        "pathways": [settings.pathways] if settings.pathways is not None else [],
    }
    may = settings.arms_of("all")
    for key, named in lists.items():
        for name, times in Counter(named).items():
            if name not in may:
                yield f"{key} names {shown(name)}; {choice(name, may)}"
            if times > 1:
                yield f"{key} names {shown(name)} {times} times; name it once"
    for column, said in settings.columns.items():
        for name, times in Counter(said.experiments).items():
            if times > 1:
                yield f"columns.{column}.experiments names {shown(name)} {times} times; name it once"


def _rates(settings: "Settings") -> Iterator[str]:
    """No two columns of learning rates give flat arms the same: their verdicts would have one name."""
    seen = {}
    for name, column in settings.columns.items():
        if not column.is_rate:
            continue
        arms = [settings.arms[trained] for trained in settings.column_names[name].values()]
        rates = tuple(sorted({arm.learning_rate for arm in arms if not arm.grows}))
        other = seen.setdefault(rates, name)
        if rates and other != name:
            yield f"columns.{name}.change: has the learning rate of columns.{other}; name all arms there"


def _cases(settings: "Settings") -> Iterator[str]:
    seen = {}
    for arm in settings.arms:
        other = seen.setdefault(arm.lower(), arm)
        if other != arm:
            yield f"arms.{arm}: is {other} but for capitals, one folder on some disks; rename one of them"


def _size(settings: "Settings") -> Iterator[str]:
    """What planning has to carry."""
    networks = sum(settings.arm_seeds.values())
    if networks > MOST_NETWORKS:
        yield f"seeds: {networks} networks in all, those of columns included; at most {MOST_NETWORKS}"
    own = [arm for arm in settings.arms if settings.arm_targets[arm] != "columns"]
    largest = max((list(names.values()) for names in settings.column_names.values()), key=len, default=[])
    recipes = {arm: settings.arms[arm].canonical for arm in [*own, *largest]}
    n_compared = len(settings.comparison)
    panels = [settings.freezing, *settings.duplication.values()]
    length = len(json.dumps(recipes, separators=(",", ":")))
    length += n_compared * sum(len(arm) + 6 for arm in settings.comparison)  # in pairs, each with each
    length += 350 * n_compared  # and what each is asked
    length += 3 * sum(len(arm) + 6 for arms in panels for arm in arms)
    length += 2 * sum(len(arm) + 6 for arm in largest)
    if length > MOST_TEXT:
        yield (
            f"arms: {len(recipes)} recipes, {n_compared} of them in comparison, are {length} characters, "
            f"more than the {MOST_TEXT} one command can carry; name fewer"
        )


def _proof(settings: "Settings") -> Iterator[str]:
    pairs = settings.proof_pairs()
    for arm in settings.arms_of("pool_proof"):
        if arm not in pairs:
            yield (
                f"arms.{arm}: target is pool_proof, but no arm of target all is the same with a pool; "
                "it needs pool_batches: fresh, and a modular arm that has all else in common with it"
            )


def _pathways(settings: "Settings") -> Iterator[str]:
    if settings.pathways is not None and settings.pathways not in settings.chains:
        may = choice("", settings.chains)
        yield f"pathways names {shown(settings.pathways)}, no modular arm of comparison; {may}"


def _memory(settings: "Settings") -> Iterator[str]:
    for arm, what, mb in forecast.needs(settings, list(settings.arms)):
        if mb > MOST_MB:
            asked = f"{what} would take about {mb / 2**20:.3g} TB of memory, at most 1 TB"
            yield f"arms.{arm}: {asked}; {LOWER[what]}"


def _studies(settings: "Settings") -> Iterator[str]:
    """Every study has a file and a name of its own, and is told what its `rows` and `draw` take."""
    for name, asked in settings.studies.items():
        key = f"studies.{name}"
        if name in taken() or name.endswith("_figure") or name.startswith(("columns_", "judge_column_")):
            yield f"{key}: the workflow itself has a rule, table or folder of that name; rename the study"
            continue
        try:
            found = study.named(name)
        except ModgrowError as error:
            yield f"{key}: {error}"
            continue
        try:
            found.shows(plain(found.asks(asked.settings), key))
        except ModgrowError as error:
            yield f"{key}.settings: {error}"
        length = len(asked.arms) * len(json.dumps(asked.settings))
        if length > MOST_ASKED:
            yield f"{key}.settings: {length} characters over all arms; at most {MOST_ASKED}"


def taken() -> set[str]:
    """Names of rules, tables, figures and folders of results, which no study may have."""
    folders = ("schemas", "figures", "experiments")
    return {*RULES, *places.KINDS, *(name for folder in folders for name in extensions.names(folder))}


LOWER = {
    "training": "lower units, epochs or n_max, batch_size, pool_batches or test_batches",
    "generalisation": "lower generalisation.k_max or generalisation.test_batches",
    "perturbation": "lower draws, steps or the strengths' count in perturbation",
    "timescales": "lower runs, steps or max_lag in timescales",
}
