"""The paper's own settings, and in what others differ from them.

The defaults of the records (`arm.py`, `examinations.py`) are the paper; here stand the arms by their names.
A claim asks for its arms by name, so that of an arm with other settings can be said in what it differs: an
arm found by its settings would be lacking, and nobody would hear why.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from functools import reduce
from typing import Any

from modgrow.arm import Arm, Growth
from modgrow.controls import recipes
from modgrow.differences import differences
from modgrow.examinations import Controls, Generalisation, Perturbation, Timescales
from modgrow.records import Record, said_beside

LONGEST = 160  # characters said of differences, about

EXPERIMENTS: dict[str, Record] = {
    "perturbation": Perturbation(),
    "generalisation": Generalisation(),
    "timescales": Timescales(),
}


STUDIES = ("mechanism", "cloning", "selectivity", "silencing", "sticking")  # that claims are read from
IN_NO_COLUMN = (*STUDIES, "exact", "controls")  # tables of the main run alone


def _copying(*pathways: str) -> Growth:
    """A new module that copies these pathways alone and trains all."""
    drawn = {"input", "recurrent", "feedforward", "bias", "tau"} - set(pathways)
    return Growth(**dict.fromkeys(drawn, "random train"))


def _freezing(*pathways: str) -> Growth:
    """A new module that copies all and does not train these pathways."""
    return Growth(**dict.fromkeys(pathways, "copy freeze"))


def _lacking(*pathways: str) -> Growth:
    """Modules from the second on lack these pathways (tau is 1: no leak), copy and train all others."""
    return Growth(**dict.fromkeys(pathways, "zero freeze"))


def _noisy() -> Growth:
    """A new module that copies all with noise on it and trains all."""
    return Growth(**dict.fromkeys(("input", "recurrent", "feedforward", "bias", "tau"), "noisy_copy train"))


ARMS = {
    "modular_5": Arm(units=5),
    "modular_10": Arm(units=10),
    "modular_15": Arm(units=15),
    "modular_20": Arm(units=20),
    "flat_20": Arm(architecture="flat", units=20),
    "flat_54": Arm(architecture="flat", units=54),
    "flat_91": Arm(architecture="flat", units=91),
    "flat_128": Arm(architecture="flat", units=128),
    "frozen_recurrent_5": Arm(units=5, growth=Growth(recurrent="copy freeze")),
    "frozen_feedforward_5": Arm(units=5, growth=Growth(feedforward="copy freeze")),
    "only_feedforward_5": Arm(units=5, growth=_freezing("input", "recurrent", "bias", "tau")),
    "only_recurrent_5": Arm(units=5, frozen_from=3, growth=_freezing("input", "feedforward", "bias", "tau")),
    "frozen_recurrent_10": Arm(units=10, growth=Growth(recurrent="copy freeze")),
    "frozen_feedforward_10": Arm(units=10, growth=Growth(feedforward="copy freeze")),
    "copy_none_5": Arm(units=5, growth=_copying()),
    "copy_recurrent_5": Arm(units=5, growth=_copying("recurrent")),
    "copy_feedforward_5": Arm(units=5, growth=_copying("feedforward")),
    "copy_both_5": Arm(units=5, growth=_copying("recurrent", "feedforward")),
    "copy_input_5": Arm(units=5, growth=_copying("input")),
    "copy_input_bias_tau_5": Arm(units=5, growth=_copying("input", "bias", "tau")),
    "copy_all_but_recurrent_5": Arm(units=5, growth=_copying("input", "feedforward", "bias", "tau")),
    "copy_all_but_feedforward_5": Arm(units=5, growth=_copying("input", "recurrent", "bias", "tau")),
    "copy_input_feedforward_5": Arm(units=5, growth=_copying("input", "feedforward")),
    "copy_recurrent_bias_tau_5": Arm(units=5, growth=_copying("recurrent", "bias", "tau")),
    "copy_none_10": Arm(units=10, growth=_copying()),
    "copy_recurrent_10": Arm(units=10, growth=_copying("recurrent")),
    "copy_feedforward_10": Arm(units=10, growth=_copying("feedforward")),
    "copy_both_10": Arm(units=10, growth=_copying("recurrent", "feedforward")),
    "copy_input_bias_tau_10": Arm(units=10, growth=_copying("input", "bias", "tau")),
    "copy_all_but_recurrent_10": Arm(units=10, growth=_copying("input", "feedforward", "bias", "tau")),
    "copy_all_but_feedforward_10": Arm(units=10, growth=_copying("input", "recurrent", "bias", "tau")),
    "copy_input_feedforward_10": Arm(units=10, growth=_copying("input", "feedforward")),
    "copy_recurrent_bias_tau_10": Arm(units=10, growth=_copying("recurrent", "bias", "tau")),
    "noisy_copy_5": Arm(units=5, growth=_noisy()),
    "noisy_copy_10": Arm(units=10, growth=_noisy()),
    "noisier_copy_10": Arm(units=10, copy_noise=0.3, growth=_noisy()),
    "tau_one_10": Arm(units=10, tau_trained=False, tau_initial=[1.0, 1.0]),
    "same_random_init_5": Arm(
        units=5,
        growth=Growth(
            input="initial train",
            recurrent="initial train",
            feedforward="initial train",
            bias="initial train",
            tau="initial train",
        ),
    ),
    "no_recurrent_10": Arm(units=10, growth=_lacking("recurrent")),
    "no_leak_10": Arm(units=10, growth=_lacking("tau")),
    "no_recurrent_no_leak_10": Arm(units=10, growth=_lacking("recurrent", "tau")),
    "no_delay_10": Arm(units=10, feedforward_delay=0),
    "no_delay_no_recurrent_10": Arm(units=10, feedforward_delay=0, growth=_lacking("recurrent")),
    "no_delay_no_leak_10": Arm(units=10, feedforward_delay=0, growth=_lacking("tau")),
    "no_delay_no_recurrent_no_leak_10": Arm(
        units=10, feedforward_delay=0, growth=_lacking("recurrent", "tau")
    ),
    "no_recurrent_5": Arm(units=5, growth=_lacking("recurrent")),
    "no_delay_5": Arm(units=5, feedforward_delay=0),
    "no_delay_no_recurrent_5": Arm(units=5, feedforward_delay=0, growth=_lacking("recurrent")),
    "input_once_10": Arm(units=10, growth=_lacking("input")),
    "modular_2": Arm(units=2),
    "modular_3": Arm(units=3),
    "modular_7": Arm(units=7),
    "match_5": Arm(units=5, task="match"),
    "match_10": Arm(units=10, task="match"),
    "match_flat_20": Arm(architecture="flat", units=20, task="match"),
    "match_flat_54": Arm(architecture="flat", units=54, task="match"),
    "n200": Arm(units=10, epochs=None, n_max=200),
    "far": Arm(units=10, epochs=None, n_max=500),
    "fresh_5": Arm(units=5, pool_batches="fresh"),
    "fresh_10": Arm(units=10, pool_batches="fresh"),
}

CONTROLS = {name: control.recipe for name, control in recipes.every(Controls()).items()}
KNOWN = ARMS | CONTROLS  # all that a claim can ask for by name


def named(name: str, arm: Arm) -> Arm:
    """The paper's arm of that name; of a name that is not the paper's, its recipe for such a network."""
    return KNOWN.get(name) or Arm(architecture=arm.architecture, units=arm.units, growth=arm.growth)


def experiments_from_json(given: Mapping[str, dict]) -> dict[str, Record]:
    """The experiments' settings that a script was given on its command line.

    Which arms were asked is not among them.
    """
    found = {}
    for name, settings in given.items():
        kind = type(EXPERIMENTS[name])
        asked = {"arms": []} if "arms" in kind.model_fields else {}
        found[name] = kind.from_canonical({**asked, **settings})
    return found


def controls_from_json(given: dict | None) -> dict[str, Arm]:
    """The recipes of the controls by name, from their settings as a script was given them; none of none."""
    if given is None:
        return {}
    return {name: control.recipe for name, control in recipes.every(Controls.from_canonical(given)).items()}


def fingerprint() -> str:
    """A digest of the paper's settings, for what compares others with them.

    They stand in declarations, which the digest of code leaves out (`source.py`). A key that is added later
    at its value "as before" leaves it as it is.
    """
    settings = {name: arm.canonical for name, arm in {**CONTROLS, **ARMS}.items()}
    settings |= {name: asked.canonical for name, asked in EXPERIMENTS.items()}
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def note(arms: Mapping[str, Arm], experiments: Mapping[str, Record]) -> str:
    """The words that a result of these settings carries: in what they are not the paper's; else empty."""
    words = unlike(arms, experiments)
    return f"not the paper's settings: {words}" if words else ""


def unlike(arms: Mapping[str, Arm], experiments: Mapping[str, Record]) -> str:
    """In what these are not the paper's, seeds aside: `epochs 20 instead of 60; n200: n_max 9 instead ...`.

    What all arms share comes first and once, then the experiments, then single arms. Empty if in nothing.
    """
    shared, single = _of_arms(arms)
    asked = [
        ("", _instead(f"{name}.{key}", *values))
        for name, settings in experiments.items()
        for key, values in differences(_plain(EXPERIMENTS[name]), _plain(settings)).items()
    ]
    return _joined([*shared, *asked, *single])


Said = list[tuple[str, str]]  # whose difference (empty: everyone's), and its words


def _of_arms(arms: Mapping[str, Arm]) -> tuple[Said, Said]:
    """Differences that every arm shares to which the paper gives the same value, and those of single arms."""
    papers = {name: named(name, arm) for name, arm in arms.items()}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for name, arm in arms.items():
        for key, (theirs, ours) in _of_arm(papers[name], arm).items():
            alike.setdefault((key, repr(theirs), _instead(key, theirs, ours)), []).append(name)
    keys = {key for key, *_ in alike}
    given = Counter((key, repr(_value(arm, key))) for key in keys for arm in papers.values())
    shared = []
    single = {}
    for (key, theirs, words), names in sorted(alike.items(), key=lambda item: -len(item[1])):
        if len(names) == given[key, theirs] and (len(names) > 1 or len(arms) == 1):
            shared.append(("", words))
        else:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            single.setdefault(names[0] + more, []).append(words)
    return shared, [(who, words) for who, all_words in single.items() for words in all_words]


def _of_arm(paper: Arm, arm: Arm) -> dict[str, tuple[Any, Any]]:
    """Key -> (the paper's, ours); of another architecture, not what follows from it."""
    found = differences(paper.model_dump(mode="json"), arm.model_dump(mode="json"))
    if "architecture" not in found:
        return found
    of_family = [key for key, field in Arm.model_fields.items() if "flat" in said_beside(field)]
    return {key: values for key, values in found.items() if key not in of_family}


def _plain(settings: Record) -> dict[str, Any]:
    """What was measured, whichever arms were asked."""
    return settings.model_dump(mode="json", exclude={"arms"})


def _value(record: Record, key: str) -> Any:
    return reduce(lambda part, name: getattr(part, name, None), key.split("."), record)


def _instead(key: str, theirs: Any, ours: Any) -> str:
    """`epochs 20 instead of 60`."""
    word = repr if _word(ours) == _word(theirs) else _word
    return f"{key} {word(ours)} instead of {word(theirs)}"


def _word(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _joined(said: Said) -> str:
    """As many differences as there is room for, at least one, and how many more there are."""
    text = ""
    last = ""
    for place, (who, words) in enumerate(said):
        owner = f"{who}: " if who != last else ""
        part = ("; " if owner else ", ") * bool(text) + owner + words
        if text and len(text + part) > LONGEST:
            return f"{text} and {len(said) - place} more"
        text += part
        last = who
    return text
