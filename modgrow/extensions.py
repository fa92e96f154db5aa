"""Words of the settings that are files of the package: tasks, births and studies, each in its folder.

The only imports by name. No other file imports these, so that adding one makes no result again; the files
that an arm or a study names are part of what its results depend on. They load no torch: they call methods.
"""

import difflib
import functools
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

FOLDERS = ("tasks", "births", "studies")


@functools.cache
def names(folder: str) -> tuple[str, ...]:
    """The words there are: names of the files in a folder of the package, sorted."""
    place = Path(__file__).with_name(folder)
    return tuple(sorted(module.name for module in pkgutil.iter_modules([str(place)])))


@functools.cache
def load(folder: str, name: str) -> ModuleType:
    """The file of that name."""
    return importlib.import_module(f"modgrow.{folder}.{name}")


def closest(folder: str, wrong: str) -> str:
    """The word that was probably meant, else the first there is."""
    known = names(folder)
    return (*difflib.get_close_matches(wrong[:64], known, 1), *known)[0]
