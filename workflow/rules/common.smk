# Settings, checked before any job starts, and what all rules need: identity and environment.

import difflib
import itertools
import json
import os
import shlex
import sys
import time
from pathlib import Path

import psutil
from snakemake.exceptions import WorkflowError
from snakemake.io import IOFile
from snakemake.settings.types import DeploymentMethod

ROOT = Path(workflow.basedir).parent if Path(workflow.basedir).name == "workflow" else Path(workflow.basedir)
sys.path.insert(0, str(ROOT))

from modgrow import config as modgrow_config
from modgrow import source
from modgrow.errors import ModgrowError
from modgrow.store import files, headers
from modgrow.verdict import paper


def or_refuse(read, *what):
    """What `read` gives, or its complaint as Snakemake's one-line error."""
    try:
        return read(*what)
    except ModgrowError as error:
        raise WorkflowError(str(error))


if "arms" not in config:  # a file given with --configfile that has its own arms stands alone
    or_refuse(modgrow_config.read_yaml, "config.yaml")

    configfile: "config.yaml"


FILES = [os.path.relpath(path) for path in workflow.configfiles]
for path in FILES:
    or_refuse(modgrow_config.read_yaml, path)
SETTINGS = or_refuse(modgrow_config.check, config, " + ".join(FILES) or "--config")

STARTED = time.time()
RESULTS = SETTINGS.results
or_refuse(files.refuse_unwritable, RESULTS)


wildcard_constraints:
    arm=r"[A-Za-z0-9][A-Za-z0-9_.\-]*",
    seed=r"\d+",


# Scripts find the package on PYTHONPATH; outside conda they run under the interpreter that runs Snakemake.
prefix = f"set -euo pipefail; export PYTHONPATH={shlex.quote(str(ROOT))}; "
if DeploymentMethod.CONDA not in workflow.deployment_settings.deployment_method:
    prefix += f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"; '
shell.prefix(prefix)

# Local jobs together never ask for more memory than the machine has; --resources mem_mb=... overrides.
if workflow.is_main_process and "mem_mb" not in workflow.global_resources and not workflow.remote_exec:
    workflow.register_resource("mem_mb", int(0.9 * psutil.virtual_memory().total / 2**20))


def identity(script, **uses):
    """What a result depends on beside its inputs, as one canonical text: the code and the settings used.

    Snakemake compares parameters without their names, so a rule has exactly one; sorted, so that
    reordering keys in config.yaml reruns nothing.
    """
    digest = source.digest(f"workflow/scripts/{script}.py")
    return json.dumps({"code": digest, **uses}, sort_keys=True, separators=(",", ":"))


def arm_settings(arm):
    """The resolved settings of one arm, or an error that says which arms there are."""
    if arm not in SETTINGS.arms:
        close = difflib.get_close_matches(arm, SETTINGS.arms, 3) or [n for n in SETTINGS.arms if "." not in n]
        raise WorkflowError(f"no arm named {arm}; {' + '.join(FILES)} has {', '.join(close)} ...")
    return SETTINGS.arms[arm].canonical


def network_id(w):
    """The identity of one network; the run stops where one of other settings would be taken for it.

    Snakemake trains again what it has a record of; of files that were copied here it has none. (This is
    no input function because Snakemake drops those errors where the output exists.)
    """
    planned = identity("train_network", arm=w.arm, seed=int(w.seed), settings=arm_settings(w.arm))
    path = f"{RESULTS}/networks/{w.arm}/seed_{w.seed}.safetensors"
    recorded = workflow.persistence.params(IOFile(path))
    if os.path.exists(path) and (recorded is None or repr(planned) in recorded):
        or_refuse(headers.refuse_other_settings, path, json.loads(planned))
    return planned


def settings_of(arms):
    """The resolved settings of several arms by name."""
    return {arm: arm_settings(arm) for arm in arms}


def note(arms, *experiments):
    """In what these arms and experiments are not the paper's, in words for what shows them; else empty."""
    own = {arm: SETTINGS.arms[arm] for arm in arms}
    return paper.note(own, {name: getattr(SETTINGS, name) for name in experiments})


def per_network(folder, suffix, seeds):
    """The file of every (arm, seed) in one folder of the results; `seeds` is the number per arm."""
    return [
        f"{RESULTS}/{folder}/{arm}/seed_{seed}.{suffix}"
        for arm, count in seeds.items()
        for seed in range(count)
    ]


# Number of seeds per arm: of everything that `all` needs, and of the pool proof (an arm and its counterpart).
SEEDS = {arm: SETTINGS.arm_seeds[arm] for arm in SETTINGS.arms_of("all")}
PROOF_PAIRS = SETTINGS.proof_pairs()
PROOF_SEEDS = {arm: SETTINGS.arm_seeds[fresh] for fresh, pool in PROOF_PAIRS.items() for arm in (fresh, pool)}


# Which networks each experiment asks, and what `all` builds from them.
def some(arms):
    """Number of seeds of these arms."""
    return {arm: SEEDS[arm] for arm in arms}


CHAINS = [arm for arm in SETTINGS.comparison if SETTINGS.arms[arm].architecture == "modular"]
ASKED = {
    "generalisation": SETTINGS.generalisation.arms,
    "perturbation": SETTINGS.comparison,
    "timescales": SETTINGS.timescales.arms,
    "conservation": CHAINS,
}
PER_NETWORK = {"learning_curves": SEEDS} | {table: some(arms) for table, arms in ASKED.items() if arms}
PAPERS = [arm for arm in SEEDS if arm in paper.ARMS]  # what claims are about; without any, one's own arms
NOTE = note(PAPERS or SEEDS, *(name for name in paper.EXPERIMENTS if ASKED[name]))
EXPERIMENTS = {name: getattr(SETTINGS, name).model_dump(exclude={"arms"}) for name in paper.EXPERIMENTS}
CLAIM_TABLES = [*PER_NETWORK, "pathways"] + ["perturbation_summary"] * bool(SETTINGS.comparison)
TABLES = [*CLAIM_TABLES, "parameters", "resources", "reference"]


# The same of the sensitivity variants, and of the stand-ins that `all` does not ask.
def with_variants(table):
    """Number of seeds of the arms to ask beside those of `all`: stand-ins and changed arms."""
    stand_ins = {SETTINGS.sensitivity.stand_ins.get(arm, arm) for arm in ASKED[table]}
    pairs = [SETTINGS.variants_of(variant) for variant in SETTINGS.sensitivity.variants]
    changed = {name for arms in pairs for arm, name in arms.items() if arm in stand_ins}
    return {
        arm: SETTINGS.arm_seeds[arm]
        for arm in SETTINGS.arms
        if arm in stand_ins | changed and arm not in PER_NETWORK.get(table, {})
    }


CHANGED = {arm: SETTINGS.arm_seeds[arm] for arm in SETTINGS.arms_of("sensitivity")}
SENSITIVITY = {"learning_curves": CHANGED}
SENSITIVITY |= {table: with_variants(table) for table in SETTINGS.sensitivity.experiments}
SENSITIVITY = {table: seeds for table, seeds in SENSITIVITY.items() if seeds}
SENSITIVITY_TABLES = [*SENSITIVITY] + ["perturbation_summary"] * ("perturbation" in SENSITIVITY)
COLLECTIONS = {"tables": PER_NETWORK, "sensitivity": SENSITIVITY}

FLATS = [arm for arm in SETTINGS.comparison if arm not in CHAINS]
FIG1 = (CHAINS[:1] + CHAINS[1:2])[-1:] + FLATS[
    :1
]  # the second-smallest chain (or the only one), the smallest flat
DRIVEN = [arm for arm in SEEDS if SETTINGS.arms[arm].epochs is None]  # to a given N, whatever it takes
FIG6_PANELS = {"a: frozen pathways": SETTINGS.freezing} if SETTINGS.freezing else {}
FIG6_PANELS |= {f"b{n}: {title}": arms for n, (title, arms) in enumerate(SETTINGS.duplication.items(), 1)}
FIG6 = list(dict.fromkeys(arm for arms in FIG6_PANELS.values() for arm in arms))
COMPARED = [list(pair) for pair in itertools.combinations(SETTINGS.comparison, 2)]
for arms in FIG6_PANELS.values():  # each with the first of its panel that has its size
    alike = [[b for b in arms if SETTINGS.arms[b].units == SETTINGS.arms[a].units][0] for a in arms]
    COMPARED += [[arm, other] for arm, other in zip(arms, alike) if arm != other]
TABLES += ["comparisons"] * bool(COMPARED)
FIGURES = {
    "fig1": len(FIG1) == 2,
    "fig2a": SETTINGS.comparison,
    "fig2b": SETTINGS.comparison,
    "fig2c": SETTINGS.generalisation.arms,
    "fig3": SETTINGS.comparison,
    "fig4": SETTINGS.timescales.arms,
    "fig5": SETTINGS.pathways in CHAINS,
    "fig6": FIG6,
    "n200": DRIVEN,
    "claims": True,
}
FIGURES = [figure for figure, wanted in FIGURES.items() if wanted]


def announce():
    """Say at the start what is about to run, and how."""
    print(f"modgrow: workflow profile {PROFILE}; jobs run on {workflow.executor_plugin.name}")
    print(
        f"modgrow: {sum(SEEDS.values())} networks of {len(SEEDS)} arms make up `all`; results in {RESULTS}/"
    )
    print(f"modgrow: watch them train with `python -m modgrow watch {RESULTS}`", flush=True)


def name_failures():
    """End a failed run by naming the networks that are missing although it started their jobs."""
    for log in sorted(Path(f"{RESULTS}/logs/train_network").glob("*/seed_*.log")):
        arm, seed = log.parent.name, log.stem.removeprefix("seed_")
        begun = log.stat().st_mtime >= STARTED
        if begun and not Path(f"{RESULTS}/networks/{arm}/seed_{seed}.safetensors").exists():
            print(f"modgrow: network failed: arm {arm}, seed {seed}; its log: {log}", file=sys.stderr)
