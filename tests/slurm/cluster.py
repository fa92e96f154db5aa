"""A single-node SLURM in a folder of its own, with its own munge and ports: gone when its block is left.

Needs root and Debian's packages `slurm-wlm` and `munge`; starts no service of the machine's.
"""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

HOST = socket.gethostname().split(".")[0]
NODE = f"modgrow{os.getpid()}"  # names the control groups: two SLURMs on one machine must not share them

# Memory is watched every second and a job over its request killed; what became of a job is kept for an hour.
# Jobs share more processors than there are, for most of them mostly wait.
# The partitions are those that the profiles name; the GPU is made up.
CONFIGURATION = """\
ClusterName=modgrow
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType={tracking}
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
EnforcePartLimits=ALL
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
MinJobAge=3600
KillWait=5
GresTypes=gpu
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb} Gres=gpu:1
PartitionName=cpu Nodes={node} Default=YES MaxTime=1440
PartitionName=gpu Nodes={node} MaxTime=1440
"""

# As clusters do it where this machine lets us: a job's processes are one control group, and a signal reaches
# the first of them alone. Elsewhere they are told by their parents, and all of them get it.
CGROUPS = Path("/sys/fs/cgroup")
CGROUP_CONFIGURATION = f"CgroupPlugin=cgroup/v1\nCgroupAutomount=no\nCgroupMountpoint={CGROUPS}\n"

# The plugin drops SLURM_CONF inside a job, so that a configuration outside /etc needs its own srun.
SRUN = """\
#!/bin/sh
SLURM_CONF={folder}/slurm.conf exec {srun} "$@"
"""


class ClusterError(Exception):
    """This machine cannot run a SLURM; the text says what is missing."""


@dataclass(frozen=True)
class Cluster:
    """A running SLURM: the environment in which its commands work, and what it says of its jobs."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Variables under which `sbatch` and the like find this SLURM."""
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return os.environ | {"SLURM_CONF": f"{self.folder}/slurm.conf", "PATH": path}

    def ask(self, *command: str) -> str:
        """What a command of SLURM prints."""
        run = subprocess.run(command, env=self.environment, text=True, capture_output=True, check=True)
        return run.stdout

    def jobs(self) -> list[dict[str, str]]:
        """SLURM's records of all jobs, in order of submission; the comment holds rule and wildcards."""
        lines = self.ask("scontrol", "show", "job", "--oneliner").splitlines()
        records = [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]
        return sorted(records, key=lambda record: int(record["JobId"]))


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A SLURM while the block lasts. Raises ClusterError."""
    check()
    cluster = Cluster(folder)
    _write(folder)
    with ExitStack() as daemons:
        daemons.callback(_remove_control_groups)
        daemons.enter_context(_daemon(folder, "munged", *_munge(folder)))
        wait_for(lambda: (folder / "munge.socket").exists(), "munged")
        daemons.enter_context(_daemon(folder, "slurmctld", "-D", "-f", f"{folder}/slurm.conf"))
        daemons.enter_context(_daemon(folder, "slurmd", "-D", "-f", f"{folder}/slurm.conf"))
        wait_for(lambda: "idle" in cluster.ask("sinfo", "--noheader", "--format=%t"), "the node")
        try:
            yield cluster
        finally:
            cluster.ask("scancel", "--user=root")
            wait_for(lambda: not cluster.ask("squeue", "--noheader"), "the end of all jobs", seconds=120)


def check() -> None:
    """Raise ClusterError, saying what is missing, where no SLURM can run."""
    missing = [tool for tool in ("slurmctld", "slurmd", "srun", "munged") if not shutil.which(tool)]
    if missing:
        raise ClusterError(f"{missing[0]} is not installed; apt-get install slurm-wlm munge")
    if os.geteuid() != 0:
        raise ClusterError("SLURM starts jobs for their users, which takes root; run as root")


def wait_for(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Return once `condition` holds. Raises TimeoutError, naming what was waited for."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.2)


def _write(folder: Path) -> None:
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir(parents=True)
    (folder / "munge.key").write_bytes(secrets.token_bytes(1024))
    (folder / "munge.key").chmod(0o400)
    controller_port, node_port = _free_ports(2)
    text = CONFIGURATION.format(
        folder=folder,
        host=HOST,
        node=NODE,
        tracking="proctrack/cgroup" if os.access(CGROUPS / "freezer", os.W_OK) else "proctrack/linuxproc",
        controller_port=controller_port,
        node_port=node_port,
        cpus=max(6, os.cpu_count()),
        memory_mb=psutil.virtual_memory().total // 2**20,
    )
    (folder / "slurm.conf").write_text(text)
    (folder / "cgroup.conf").write_text(CGROUP_CONFIGURATION)
    (folder / "gres.conf").write_text("Name=gpu Count=1 File=/dev/null\n")
    srun = folder / "bin" / "srun"
    srun.write_text(SRUN.format(folder=folder, srun=shutil.which("srun")))
    srun.chmod(0o755)


def _munge(folder: Path) -> list[str]:
    files = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munge.pid"}
    files |= {"seed-file": "munge.seed", "log-file": "munge.log"}
    return ["--foreground", "--force", *(f"--{option}={folder / name}" for option, name in files.items())]


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def _remove_control_groups() -> None:
    root = CGROUPS / "freezer" / f"slurm_{NODE}"
    for group in sorted(root.rglob("*/"), reverse=True):
        group.rmdir()
    if root.exists():
        root.rmdir()


@contextmanager
def _daemon(folder: Path, *command: str) -> Iterator[None]:
    """A daemon while the block lasts, ended with this process too if that is killed; its log in `folder`."""
    with open(folder / f"{command[0]}.out", "w") as log:
        kept = ["setpriv", "--pdeathsig", "TERM", *command]
        process = subprocess.Popen(kept, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
