"""What a study is: an experiment of one's own, its table and its figure. One file of `studies/` each.

A study is loaded by name, where settings name it and in its own jobs. No torch is loaded here or there at
import: `rows` is handed a trained network and calls its methods.
"""

import difflib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modgrow import extensions
from modgrow.errors import ModgrowError

if TYPE_CHECKING:
    import pandas as pd

TOLD = ("table", "arms")  # what `draw` is given beside settings


@dataclass(frozen=True)
class Study:
    """An experiment, its table and its figure, which all have the file's name.

    `schema`: the table, whose columns `arm` and `seed` are filled in.
    `rows(trained, **settings)`: what is asked of one trained network (`model/trained.py`), as rows without
    `arm` and `seed`. Its other parameters are the settings of the study, by name.
    `draw(table, arms, **some)`: the figure of all rows; `arms` holds the recipes by name. It may take any of
    the settings by name.
    `label`: what the report calls the figure. `minutes`, `memory_mb`: what a job may take per network.
    """

    schema: Any  # of store/schema.py, which settings do without
    rows: "Callable[..., pd.DataFrame]"
    draw: Callable[..., Any]  # a figure of matplotlib
    label: str
    minutes: int = 60
    memory_mb: int = 1500

    def asks(self, given: dict[str, Any]) -> dict[str, Any]:
        """The settings of `rows`: those given, and where it has a default and none is given, that.

        Raises ModgrowError for a setting that it does not have, or lacks.
        """
        known = dict(list(inspect.signature(self.rows).parameters.items())[1:])  # the first is the network
        for name in given:
            if name not in known:
                raise ModgrowError(f"{name}: `rows` has no such parameter; {_meant(name, known)}")
        asked = {name: given.get(name, parameter.default) for name, parameter in known.items()}
        for name, value in asked.items():
            if value is inspect.Parameter.empty:
                raise ModgrowError(f"{name}: is missing; `rows` has this parameter without a default")
        return asked

    def shows(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Of the settings of `rows` those that `draw` takes by name. Raises ModgrowError for others."""
        wanted = [name for name in inspect.signature(self.draw).parameters if name not in TOLD]
        for name in wanted:
            if name not in asked:
                raise ModgrowError(f"`draw` takes {name}, which is no parameter of `rows`; give it there too")
        return {name: asked[name] for name in wanted}


def file_of(name: str) -> str:
    """The file of a study, relative to the root."""
    return f"modgrow/studies/{name}.py"


def named(name: str) -> Study:
    """The study of that name, from its file. Raises ModgrowError for whatever is wrong with that."""
    known = extensions.names("studies")
    if name not in known:
        raise ModgrowError(f"{name} is no study; {_meant(name, known)} Or add its file to modgrow/studies")
    try:
        found = extensions.load("studies", name).STUDY
    except Exception as error:  # a file of the user's: anything can happen
        told = " ".join(str(error).split())
        raise ModgrowError(f"{file_of(name)}: {type(error).__name__}: {told}; mend that file") from error
    _refuse_other_table(name, found)
    return found


def _refuse_other_table(name: str, found: Study) -> None:
    """Raise ModgrowError unless it is a study with a table of its name, of networks."""
    if not isinstance(found, Study):
        raise ModgrowError(f"{file_of(name)}: STUDY is a {type(found).__name__}; must be a Study")
    if found.schema.name != name:
        raise ModgrowError(f"{file_of(name)}: its schema is called {found.schema.name}; call it {name}")
    if lacking := {"arm", "seed"} - set(found.schema.keys):
        raise ModgrowError(f"{file_of(name)}: {min(lacking)} is no key of its schema; add it to `keys`")


def _meant(wrong: str, names: Iterable[str]) -> str:
    """What may stand in the place of a wrong name."""
    close = difflib.get_close_matches(wrong[:64], names, 1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there are {', '.join(names)}." if names else "there is none."
