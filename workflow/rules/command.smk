# What starts a job, and how this run was started: noted beside the results, where errors and `why` find it.

import argparse
import shlex

from snakemake.settings.types import DeploymentMethod


def conda():
    """Whether jobs run in conda environments."""
    return DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method


@functools.cache
def runner():
    """What every command begins with, up to the name of the script.

    SLURM's warning that time is running out goes to the first process of a job alone, and that is Snakemake,
    which hands it on (`cluster.smk`); the shell between them waits until the script has saved its state.
    """
    return "trap : USR1; " * workflow.remote_exec + command.runner(conda())


def job(script):
    """What starts one of the scripts, for `params: run=`.

    Of parameters Snakemake records neither those made from `output` nor, in a command, what they stand for:
    a project that was moved, or runs under another interpreter, makes nothing again.
    """

    def started(wildcards, output):
        note_command()
        return f"{runner()} {shlex.quote(str(ROOT / 'workflow' / 'scripts' / script))}.py"

    return started


@functools.cache
def asked_profile():
    """The workflow profile that the command line names; a workflow has no other way to know."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--workflow-profile")
    return parser.parse_known_args()[0].workflow_profile


@functools.cache
def note_command():
    """Write beside the results how this run was started: what makes a file again begins with it."""
    if not workflow.is_main_process or not workflow.executor_plugin or workflow.dryrun or workflow.touch:
        return
    profile = asked_profile() and (profile_in_force() or asked_profile())
    line = command.started_by(workflow, profile, conda()) + "\n"
    file = Path(placed(f"{RESULTS}/{places.COMMAND}"))
    if not file.exists() or file.read_text(encoding="utf-8") != line:
        or_refuse(files.write, file, lambda temporary: temporary.write_text(line, encoding="utf-8"))


def announce():
    """Say at the start what is about to run, and how."""
    print(f"modgrow: workflow profile {profile_in_force()}; jobs run on {workflow.executor_plugin.name}")
    unread = Path("config.yaml").absolute()
    if unread.exists() and command.from_here(unread, STARTED_IN) not in settings_files():
        only = f"{unread} counts only if given: --configfile config.yaml"
        print(f"modgrow: settings of {PLAN.name}; {only}")
    count = sum(len(seeds) for seeds in PLAN.seeds.values())
    print(f"modgrow: {count} networks of {len(PLAN.seeds)} arms make up `all`; results in {RESULTS}/")
    print(f"modgrow: watch them train with `python -m modgrow watch {RESULTS}`", flush=True)


def name_failures():
    """End a failed run by naming the networks that are missing although it started their jobs."""
    for log in sorted(Path(f"{RESULTS}/logs/train_network").glob("*/seed_*.log")):
        arm, seed = log.parent.name, log.stem.removeprefix("seed_")
        begun = log.stat().st_mtime >= STARTED
        if begun and not Path(f"{RESULTS}/networks/{arm}/seed_{seed}.safetensors").exists():
            print(f"modgrow: network failed: arm {arm}, seed {seed}; its log: {log}", file=sys.stderr)
