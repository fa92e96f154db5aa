# What a profile and a cluster change: which profile is in force, what jobs ask for, how they are warned.

import signal


def workflow_profile(named):
    """The workflow profile in force; one that does not exist is an error, where Snakemake is silent (#4276)."""
    beside = [folder / "profiles" for folder in (STARTED_IN, Path(workflow.basedir))]
    found = [folder / named for folder in (STARTED_IN, *beside) if (folder / named).exists()]
    if found or named in ("default", "none"):
        return next(map(from_here, found), "none")
    known = sorted(path.parent.name for path in ROOT.glob("profiles/*/profile.*.yaml"))
    raise WorkflowError(f"--workflow-profile {named}: no such profile; profiles/ has {', '.join(known)}")


OWN_RUN = workflow.is_main_process and not MODULE
PROFILE = workflow_profile(ASKED_FOR.workflow_profile or "default") if OWN_RUN else None

# Local jobs together never ask for more memory than the machine has; --resources mem_mb=... overrides.
if OWN_RUN and "mem_mb" not in workflow.global_resources:
    MACHINE_MB = int(0.9 * psutil.virtual_memory().total / 2**20)
    if workflow.resource_settings.nodes is None:
        or_refuse(modgrow_config.refuse_beyond, SETTINGS, MACHINE_MB, SOURCE)
    workflow.register_resource("mem_mb", MACHINE_MB)

# On a cluster, two more Snakemakes live inside every job and count as its memory: 170 MB each, measured.
COMPANIONS_MB = 0 if workflow.resource_settings.nodes is None else 400


def memory_mb(own, attempt):
    """What a job asks for: doubled by its first two retries only, for the later ones are time-outs."""
    return own * 2 ** min(attempt - 1, 2) + COMPANIONS_MB


def minutes(first, attempt):
    """Time limit of a job, doubled by every retry; a profile bounds it by the limit of its partition."""
    return first * 2 ** (attempt - 1)


def pass_on(number, frame):
    """Send a signal on to everything this job has started."""
    for process in psutil.Process().children(recursive=True):
        process.send_signal(number)


# SLURM's warning that time is running out reaches the first process of a job alone, and that is Snakemake.
# It hands the warning to the script, and the shell between them waits until the script has saved its state.
if workflow.remote_exec:
    signal.signal(signal.SIGUSR1, pass_on)
    RUN = f"trap : USR1; {RUN}"
