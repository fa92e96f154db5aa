"""The tables that claims are judged on, by name."""

from modgrow.schemas import (
    conservation,
    generalisation,
    learning_curves,
    pathways,
    perturbation,
    perturbation_summary,
    timescales,
)

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
    )
}
