# Settings, checked before any job starts, and what all rules need: place, command, identity.

import argparse
import difflib
import functools
import itertools
import json
import os
import shlex
import shutil
import sys
import time
from pathlib import Path

import psutil
from snakemake.exceptions import WorkflowError
from snakemake.io import IOFile
from snakemake.settings.types import DeploymentMethod
from snakemake.utils import update_config

# Imported as a module, this leaves all that is global (targets, resources, messages) to the importer.
MODULE = None if workflow.modifier.is_main_snakefile() else workflow.modifier.namespace
ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent.parent
if not ROOT.is_dir():
    raise WorkflowError(f"{ROOT}: not a folder of this machine; clone modgrow and name its Snakefile by path")
if any("\ud800" <= letter <= "\udfff" for letter in str(ROOT)):  # which Snakemake's own messages cannot name
    sys.exit(f"{ascii(str(ROOT))}: the project's path is not UTF-8; rename that folder")
if any(letter in str(ROOT) for letter in ":{}"):  # PYTHONPATH is parted by colons; Snakemake fills braces in
    raise WorkflowError(
        f"{str(ROOT)!r}: a colon or brace in the project's path breaks its jobs; rename that folder"
    )
sys.path.insert(0, str(ROOT))

from modgrow import config as modgrow_config
from modgrow import forecast, places, source
from modgrow.errors import ModgrowError
from modgrow.store import files, headers
from modgrow.verdict import paper

sys.path.remove(str(ROOT))
if places.ROOT != ROOT.resolve():
    raise WorkflowError(f"{ROOT}: {places.ROOT} is in use in the same workflow; import from one of the two")


def or_refuse(read, *what):
    """What `read` gives, or its complaint as Snakemake's one-line error."""
    try:
        return read(*what)
    except ModgrowError as error:
        raise WorkflowError(str(error))


# What the workflow has no other way to ask for.
ASKED_FOR = argparse.ArgumentParser(add_help=False)
ASKED_FOR.add_argument("--workflow-profile")
ASKED_FOR = ASKED_FOR.parse_known_args()[0]
STARTED_IN = Path(workflow.rundir)  # where Snakemake was called, which `--directory` has left


def from_here(path):
    """A path as a user writes it: relative where it lies in the working folder, if that is where he stands."""
    path, here = Path(os.path.abspath(path)), Path.cwd()
    return str(path.relative_to(here) if here == STARTED_IN and path.is_relative_to(here) else path)


# Settings: those given (--configfile, --config, or `config:` of a module), which stand alone if they have arms,
# else over the project's config.yaml. An importer's command line speaks of its own settings.
GIVEN = [] if MODULE else [from_here(path) for path in workflow.config_settings.configfiles]
FILES = GIVEN if "arms" in config else [*GIVEN, from_here(ROOT / "config.yaml")]
READ = [or_refuse(modgrow_config.read_yaml, path) for path in FILES]
RAW = {} if "arms" in config else READ[-1]
update_config(RAW, config)
SOURCE = " + ".join(FILES + [f"`config:` of module {MODULE}"] * bool(MODULE and config)) or "--config"
SETTINGS = or_refuse(modgrow_config.check, RAW, SOURCE)

STARTED = time.time()
RESULTS = SETTINGS.results
PREFIX = workflow.modifier.path_modifier


def placed(path):
    """Where a file of the rules lies: a module may be imported with a prefix."""
    return str(PREFIX.replace_prefix(path))


COMMAND_FILE = Path(placed(f"{RESULTS}/{places.COMMAND}"))
or_refuse(files.refuse_unwritable, COMMAND_FILE.parent)


wildcard_constraints:
    arm=r"[A-Za-z0-9][A-Za-z0-9_.\-]*",
    seed=r"\d+",


# A job runs under the interpreter that runs Snakemake, or the one of its conda environment, and finds the package
# here. What else Python reads from the environment could change a result, or end or hang a job: a user's warnings
# that are errors, asserts left out, a prompt at the end, another encoding, a notebook's backend, packages in HOME
# that hide those of the environment. PYTHONHOME is Snakemake's own interpreter's.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
SURROUNDINGS = {
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "",
    "PYTHONOPTIMIZE": "",
    "PYTHONINSPECT": "",
    "PYTHONIOENCODING": "",
    "MPLBACKEND": "agg",
} | ({"PYTHONHOME": "", "PYTHONNOUSERSITE": "1"} if CONDA else {})
RUN = " ".join(f"{name}={shlex.quote(value) if value else ''}" for name, value in SURROUNDINGS.items())
RUN += " python" if CONDA else f" {shlex.quote(sys.executable)}"


def job(script):
    """What starts one of the scripts, for `params: run=`.

    Of parameters Snakemake records neither those made from `output` nor, in a command, what they stand for:
    a project that was moved, or runs under another interpreter, makes nothing again.
    """

    def command(wildcards, output):
        note_command()
        return f"{RUN} {shlex.quote(str(ROOT / 'workflow' / 'scripts' / script))}.py"

    return command


def started_by():
    """The command of this run without targets and cores, good for any folder if it holds `--directory`."""
    program = Path(sys.executable).with_name("snakemake")
    on_path = not program.exists() or shutil.which("snakemake") == str(program)
    words = ["snakemake" if on_path else from_here(program)]
    usual = [STARTED_IN / name for name in ("Snakefile", "snakefile", "workflow/Snakefile")]
    found = next((path for path in usual if path.exists()), None)
    if Path.cwd() != STARTED_IN:
        words += ["--snakefile", from_here(workflow.main_snakefile), "--directory", os.getcwd()]
    elif found != Path(workflow.main_snakefile):
        words += ["--snakefile", from_here(workflow.main_snakefile)]
    words += ["--sdm", "conda"] * CONDA
    words += (
        ["--workflow-profile", PROFILE or ASKED_FOR.workflow_profile] if ASKED_FOR.workflow_profile else []
    )
    words += ["--replace-workflow-config"] * workflow.config_settings.replace_workflow_config
    if workflow.config_settings.configfiles:
        words += ["--configfile", *map(from_here, workflow.config_settings.configfiles)]
    if workflow.config_settings.config_args:
        words += ["--config", *workflow.config_settings.config_args]
    return shlex.join(words)


@functools.cache
def note_command():
    """Write beside the results how this run was started: what makes a file again begins with it."""
    if workflow.is_main_process and workflow.executor_plugin and not (workflow.dryrun or workflow.touch):
        line = started_by() + "\n"
        if not COMMAND_FILE.exists() or COMMAND_FILE.read_text(encoding="utf-8") != line:
            or_refuse(
                files.write, COMMAND_FILE, lambda temporary: temporary.write_text(line, encoding="utf-8")
            )


def identity(script, **uses):
    """What a result depends on beside its inputs, as one canonical text: the code and the settings used.

    Snakemake compares parameters without their names, so a rule has exactly one; sorted, so that
    reordering keys in config.yaml reruns nothing. Rules ask for it in a function, or Snakemake would take
    `{...}` in a title for a wildcard.
    """
    digest = source.digest(f"workflow/scripts/{script}.py")
    return json.dumps({"code": digest, **uses}, sort_keys=True, separators=(",", ":"))


def arm_settings(arm):
    """The resolved settings of one arm, or an error that says which arms there are."""
    if arm not in SETTINGS.arms:
        close = difflib.get_close_matches(arm, SETTINGS.arms, 3) or [n for n in SETTINGS.arms if "." not in n]
        raise WorkflowError(f"no arm named {arm}; {SOURCE} has {', '.join(close)} ...")
    return SETTINGS.arms[arm].canonical


def network_id(w):
    """The identity of one network; the run stops where one of other settings would be taken for it.

    Snakemake trains again what it has a record of; of files that were copied here it has none. (This is
    no input function because Snakemake drops those errors where the output exists.)
    """
    planned = identity("train_network", arm=w.arm, seed=int(w.seed), settings=arm_settings(w.arm))
    path = placed(f"{RESULTS}/networks/{w.arm}/seed_{w.seed}.safetensors")
    recorded = workflow.persistence.params(IOFile(path))
    if os.path.exists(path) and (recorded is None or repr(planned) in recorded):
        or_refuse(headers.refuse_other_settings, path, json.loads(planned))
    return planned


def asked(table, w):
    """What the table of one network depends on: its arm and seed, and what the experiment asks of the arm."""
    return {"arm": w.arm, "seed": int(w.seed), **EXPERIMENTS[table](w.arm)}


def planned(table, arms):
    """What the tables of networks of these arms must say made them, arm by arm."""
    if table == "learning_curves":
        return {arm: {"id": {"settings": arm_settings(arm)}} for arm in arms}
    return {arm: {"id": EXPERIMENTS[table](arm), "network": {"settings": arm_settings(arm)}} for arm in arms}


def settings_of(arms):
    """The resolved settings of several arms by name."""
    return {arm: arm_settings(arm) for arm in arms}


def note(arms, *experiments):
    """In what these arms and experiments are not the paper's, in words for what shows them; else empty."""
    own = {arm: SETTINGS.arms[arm] for arm in arms}
    return paper.note(own, {name: getattr(SETTINGS, name) for name in experiments})


def per_network(folder, suffix, seeds):
    """The file of every (arm, seed) in one folder of the results; `seeds` is the number per arm."""
    return places.per_network(f"{RESULTS}/{folder}", suffix, seeds)


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
EXPERIMENTS = {  # what each asks of a network of an arm
    "generalisation": lambda arm: {"settings": SETTINGS.generalisation.model_dump(exclude={"arms"})},
    "perturbation": lambda arm: {
        "settings": SETTINGS.perturbation.model_dump(exclude={"threshold"}),
    },
    "timescales": lambda arm: {"settings": SETTINGS.timescales.model_dump(exclude={"arms"})},
    "conservation": lambda arm: {},
}
PAPERS = [arm for arm in SEEDS if arm in paper.ARMS]  # what claims are about; without any, one's own arms
NOTE = note(PAPERS or SEEDS, *(name for name in paper.EXPERIMENTS if ASKED[name]))
EXPERIMENT_SETTINGS = {
    name: getattr(SETTINGS, name).model_dump(exclude={"arms"}) for name in paper.EXPERIMENTS
}
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

# Planning takes a processor 1.1 s per 1,000 jobs, and 25 MB.
MOST_JOBS = 30_000
for collection, kinds in {**COLLECTIONS, "pool_proof": {"learning_curves": PROOF_SEEDS}}.items():
    if (jobs := sum(sum(seeds.values()) for seeds in kinds.values())) > MOST_JOBS:
        raise WorkflowError(
            f"{SOURCE}: {collection} would take {jobs} jobs, at most {MOST_JOBS} are planned at once; lower `seeds`"
            " or spread the arms over several settings files"
        )

FLATS = [arm for arm in SETTINGS.comparison if arm not in CHAINS]
# Fig. 1: the second-smallest chain (or the only one), the smallest flat.
FIG1 = (CHAINS[:1] + CHAINS[1:2])[-1:] + FLATS[:1]
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
    unread = Path("config.yaml").absolute()
    if unread.exists() and from_here(unread) not in FILES:
        print(f"modgrow: settings of {SOURCE}; {unread} counts only if given: --configfile config.yaml")
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
