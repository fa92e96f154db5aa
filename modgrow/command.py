"""How the workflow is started, and what starts its jobs: words for a shell, without Snakemake's own records.

`from_here`, `started_by` and `profile` take what Snakemake calls `workflow`, and read plain attributes of it.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

from modgrow import places
from modgrow.errors import ModgrowError


def runner(conda: bool) -> str:
    """What starts a script, up to its name: variables of the environment, and the interpreter.

    A job runs under the interpreter that runs Snakemake, or the one of its conda environment, and finds the
    package here. What else Python reads from the environment could change a result, or end or hang a job,
    and is emptied: a user's warnings that are errors, asserts left out, a prompt at the end, another
    encoding, a notebook's backend, packages in HOME that hide those of the environment. PYTHONHOME is
    Snakemake's own interpreter's.
    """
    surroundings = {"PYTHONPATH": str(places.ROOT), "PYTHONUTF8": "1", "PYTHONWARNINGS": ""}
    surroundings |= {"PYTHONOPTIMIZE": "", "PYTHONINSPECT": "", "PYTHONIOENCODING": "", "MPLBACKEND": "agg"}
    if conda:
        surroundings |= {"PYTHONHOME": "", "PYTHONNOUSERSITE": "1"}
    words = [f"{name}={shlex.quote(value) if value else ''}" for name, value in surroundings.items()]
    return " ".join([*words, "python" if conda else shlex.quote(sys.executable)])


def from_here(path: str | Path, started_in: Path) -> str:
    """A path as a user writes it: relative where it lies in the working folder, if he stands there."""
    path, here = Path(os.path.abspath(path)), Path.cwd()
    return str(path.relative_to(here) if here == started_in and path.is_relative_to(here) else path)


def started_by(workflow, profile: str | None, conda: bool) -> str:
    """The command of this run without targets and cores, good for any folder if it holds `--directory`.

    `profile` is the workflow profile that was asked for.
    """
    program = Path(sys.executable).with_name("snakemake")
    started_in = Path(workflow.rundir)
    on_path = not program.exists() or shutil.which("snakemake") == str(program)
    words = ["snakemake" if on_path else from_here(program, started_in), *_place(workflow, started_in)]
    words += ["--sdm", "conda"] * conda
    words += ["--workflow-profile", profile] if profile else []
    given = workflow.config_settings
    words += ["--replace-workflow-config"] * given.replace_workflow_config
    if given.configfiles:
        words += ["--configfile", *(from_here(path, started_in) for path in given.configfiles)]
    if given.config_args:
        words += ["--config", *given.config_args]
    return shlex.join(words)


def _place(workflow, started_in: Path) -> list[str]:
    """What names the Snakefile and the working folder, where Snakemake would not find them."""
    named = ["--snakefile", from_here(workflow.main_snakefile, started_in)]
    if Path.cwd() != started_in:
        return [*named, "--directory", os.getcwd()]
    usual = [started_in / name for name in ("Snakefile", "snakefile", "workflow/Snakefile")]
    found = next((path for path in usual if path.exists()), None)
    return [] if found == Path(workflow.main_snakefile) else named


def profile(named: str, workflow) -> str:
    """The workflow profile in force. Raises ModgrowError if there is none: Snakemake is silent (#4276)."""
    started_in = Path(workflow.rundir)
    beside = [folder / "profiles" for folder in (started_in, Path(workflow.basedir))]
    found = [folder / named for folder in (started_in, *beside) if (folder / named).exists()]
    if found:
        return from_here(found[0], started_in)
    if named in ("default", "none"):
        return "none"
    known = sorted(path.parent.name for path in places.ROOT.glob("profiles/*/profile.*.yaml"))
    raise ModgrowError(f"--workflow-profile {named}: no such profile; profiles/ has {', '.join(known)}")
