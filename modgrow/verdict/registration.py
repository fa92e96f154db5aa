"""What is registered before the confirmatory networks are trained: claims, statistics, arms, seeds, columns,
and the code that trains.

`docs/registration.json` holds these records as they were at the commit that `docs/registration.md` names. A
test compares: whoever changes a claim, a threshold, an arm or a column afterwards must write the records
again (`modgrow register`), where the change is seen line by line, and argue it in the log.
"""

import dataclasses
import hashlib
import json
from typing import Any

from modgrow import source
from modgrow.config import Settings
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.claim import Claim
from modgrow.verdict.intervals.interval import EQUIVALENCE, LEVEL
from modgrow.verdict.verdicts import ALPHA, FEWEST, RATES

JUDGING = "workflow/scripts/claims.py"
TRAINING = "workflow/scripts/train_network.py"
TARGETS = ("all", "far")
INTERVALS = "modgrow/verdict/intervals/"


def records(settings: Settings) -> dict[str, Any]:
    """All that is registered, as plain values."""
    return {
        "claims": {claim.name: _claim(claim) for claim in CLAIMS},
        "judging": {
            "level": LEVEL,
            "equivalence": EQUIVALENCE,
            "alpha": ALPHA,
            "fewest_networks": FEWEST,
            "flat_learning_rates": list(RATES),
            "intervals": {file: digest for file, digest in _digests().items() if file.startswith(INTERVALS)},
        },
        "arms": {
            arm: {"settings": _plain(settings.arms[arm].canonical), "seeds": _span(settings.seeds_of(arm))}
            for target in TARGETS
            for arm in settings.arms_of(target)
        },
        "training": _training(settings),
        "columns": {name: _plain(column.canonical) for name, column in settings.columns.items()},
        "experiments": {
            name: _plain(getattr(settings, name).canonical)
            for name in ("perturbation", "generalisation", "timescales", "controls")
        },
        "studies": {name: _plain(asked.canonical) for name, asked in settings.studies.items()},
    }


def text(settings: Settings) -> str:
    """The records as they stand in the file, one value per line, with a digest over all of them."""
    found = records(settings)
    return json.dumps({"digest": digest(found), **found}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def digest(found: dict[str, Any]) -> str:
    """SHA-256 of the records without spaces, keys sorted."""
    plain = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _claim(claim: Claim) -> dict[str, Any]:
    """What is declared of a claim, and the digest of the file that measures it."""
    declared = {field.name: getattr(claim, field.name) for field in dataclasses.fields(claim)}
    measure = declared.pop("measure")
    file = f"{measure.__module__.replace('.', '/')}.py"
    return _plain({**declared, "measured_in": {file: _digests()[file]}})


def _training(settings: Settings) -> dict[str, str]:
    """Digest of every file that training imports, or loads by name for one of the arms."""
    named = {
        file for target in TARGETS for arm in settings.arms_of(target) for file in settings.arms[arm].files
    }
    return source.digests(TRAINING, sorted(named))


def _digests() -> dict[str, str]:
    """Of the code that judges, by file: comments, docstrings and layout are not in it."""
    return source.digests(JUDGING)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _span(seeds: range) -> str:
    return f"{seeds[0]} to {seeds[-1]}"
