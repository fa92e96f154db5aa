# What a profile and a cluster change: which profile is in force, what jobs ask for, how they are warned.

import signal


@functools.cache
def profile_in_force():
    """The workflow profile; None in a job that Snakemake has started and in a module, which have no say."""
    return or_refuse(command.profile, asked_profile() or "default", workflow) if own_run() else None


def own_run():
    """Whether this is the run that a user started, of this workflow itself."""
    return workflow.is_main_process and not MODULE


def on_cluster():
    """Whether jobs run elsewhere."""
    return workflow.resource_settings.nodes is not None


def bound_memory():
    """Local jobs together never ask for more memory than the machine has; --resources mem_mb=... overrides."""
    if own_run() and "mem_mb" not in workflow.global_resources:
        available_mb = int(0.9 * psutil.virtual_memory().total / 2**20)
        if not on_cluster():
            or_refuse(modgrow_config.refuse_beyond, SETTINGS, available_mb, PLAN.name)
        workflow.register_resource("mem_mb", available_mb)


def memory_mb(own, attempt):
    """What a job asks for: doubled by its first two retries only, for the later ones are time-outs.

    On a cluster, two more Snakemakes live inside every job and count as its memory: 170 MB each, measured.
    """
    return own * 2 ** min(attempt - 1, 2) + 400 * on_cluster()


def minutes(first, attempt):
    """Time limit of a job, doubled by every retry; a profile bounds it by the limit of its partition."""
    return first * 2 ** (attempt - 1)


def memory_of(experiment):
    """What one experiment on one network asks for."""
    return lambda w, attempt: memory_mb(experiment.memory_mb(SETTINGS, SETTINGS.arms[w.arm]), attempt)


def minutes_of(experiment):
    """Its time limit."""
    return lambda w, attempt: minutes(experiment.minutes, attempt)


def pass_on(number, frame):
    """Send a signal on to everything this job has started."""
    for process in psutil.Process().children(recursive=True):
        process.send_signal(number)


profile_in_force()
bound_memory()
if workflow.remote_exec:
    signal.signal(signal.SIGUSR1, pass_on)
