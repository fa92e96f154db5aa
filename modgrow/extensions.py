"""Words of the settings that are files of the package: a task (`tasks/`), a birth (`births/`).

The only imports by name. No other file imports these, so that adding one makes no result again; the files
that an arm names are part of what its results depend on. They load no torch: they call methods of tensors.
"""

import functools
import importlib
import pkgutil
from types import ModuleType

FOLDERS = ("tasks", "births")


@functools.cache
def names(folder: str) -> tuple[str, ...]:
    """The words there are: names of the files in `tasks` or `births`, sorted."""
    found = importlib.import_module(f"modgrow.{folder}").__path__
    return tuple(sorted(module.name for module in pkgutil.iter_modules(found)))


@functools.cache
def load(folder: str, name: str) -> ModuleType:
    """The file of that name."""
    return importlib.import_module(f"modgrow.{folder}.{name}")
