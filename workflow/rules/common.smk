# The checkout, and the settings: checked before any job starts, and made into the plan of all there is to make.

import functools
import sys
import time
from pathlib import Path

import psutil
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config


def checkout():
    """The project's folder; one that its jobs could not live in is refused."""
    folder = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent.parent
    if not folder.is_dir():
        raise WorkflowError(
            f"{folder}: not a folder of this machine; clone modgrow and name its Snakefile by path"
        )
    if any("\ud800" <= letter <= "\udfff" for letter in str(folder)):  # Snakemake cannot even name it
        sys.exit(f"{ascii(str(folder))}: the project's path is not UTF-8; rename that folder")
    if any(letter in str(folder) for letter in ":{}"):  # PYTHONPATH is parted by colons; braces are filled in
        raise WorkflowError(
            f"{str(folder)!r}: a colon or brace in the project's path breaks its jobs; rename that folder"
        )
    return folder


# Imported as a module, this leaves all that is global (targets, resources, messages) to the importer.
MODULE = None if workflow.modifier.is_main_snakefile() else workflow.modifier.namespace
STARTED, STARTED_IN = time.time(), Path(workflow.rundir)  # when and where Snakemake was called
ROOT = checkout()
sys.path.insert(0, str(ROOT))

from modgrow import config as modgrow_config
from modgrow import command, forecast, places
from modgrow.errors import ModgrowError
from modgrow.plan.plan import Plan, refuse_large
from modgrow.store import files, headers

sys.path.remove(str(ROOT))
if places.ROOT != ROOT.resolve():  # one process holds one `modgrow`
    raise WorkflowError(f"{ROOT}: {places.ROOT} is in use in the same workflow; import from one of the two")


def or_refuse(read, /, *what, **more):
    """What `read` gives, or its complaint as Snakemake's one-line error."""
    try:
        return read(*what, **more)
    except ModgrowError as error:
        raise WorkflowError(str(error))


def settings_files():
    """The files that settings are read from, the last below all others.

    Those given (--configfile) stand alone if they have arms, as do `--config` and the `config:` of a module;
    else they change the project's config.yaml. An importer's command line speaks of its own settings.
    """
    given = [] if MODULE else workflow.config_settings.configfiles
    own = [] if "arms" in config else [ROOT / "config.yaml"]
    return [command.from_here(path, STARTED_IN) for path in (*given, *own)]


def settings_name():
    """What errors call the settings."""
    own = [f"`config:` of module {MODULE}"] * bool(MODULE and config)
    return " + ".join(settings_files() + own) or "--config"


def checked_settings():
    """All settings, resolved; each file is read once by us, whose errors are a line."""
    contents = [or_refuse(modgrow_config.read_yaml, path) for path in settings_files()]
    raw = {} if "arms" in config else contents[-1]
    update_config(raw, config)
    return or_refuse(modgrow_config.check, raw, settings_name())


SETTINGS = checked_settings()
PLAN = Plan(SETTINGS, settings_name())
or_refuse(refuse_large, PLAN)
RESULTS = SETTINGS.results


def placed(path):
    """Where a file of the rules lies: a module may be imported with a prefix."""
    return str(PREFIX.replace_prefix(path))


PREFIX = workflow.modifier.path_modifier
or_refuse(files.refuse_unwritable, Path(placed(RESULTS)))


wildcard_constraints:
    arm=r"[A-Za-z0-9][A-Za-z0-9_.\-]*",
    seed=r"\d+",


def in_results(names):
    """Files of the results, named as they lie in them."""
    return [f"{RESULTS}/{name}" for name in names]
