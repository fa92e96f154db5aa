"""The tables that claims are judged on, by name; those of studies have their schema in the study's file."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from modgrow import study
from modgrow.schemas import (
    conservation,
    controls,
    exact,
    generalisation,
    learning_curves,
    pathways,
    perturbation,
    perturbation_summary,
    timescales,
)
from modgrow.store import tables

SCHEMAS = {
    kind.SCHEMA.name: kind.SCHEMA
    for kind in (
        learning_curves,
        generalisation,
        perturbation,
        perturbation_summary,
        timescales,
        conservation,
        pathways,
        exact,
        controls,
    )
}


def read(paths: Iterable[str], arms: dict[str, dict] | None) -> dict[str, pd.DataFrame]:
    """The tables of these files by name; those of one name, of two folders, are one. Raises StoreError."""
    found: dict[str, list[pd.DataFrame]] = {}
    for path in paths:
        name = Path(path).stem
        found.setdefault(name, []).append(
            tables.read(path, SCHEMAS.get(name) or study.named(name).schema, arms)
        )
    return {name: pd.concat(parts, ignore_index=True) for name, parts in found.items()}
