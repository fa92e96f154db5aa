"""Accuracy of networks built by hand under perturbation: rows as those of trained networks."""

from dataclasses import replace

from modgrow.schemas import perturbation

SCHEMA = replace(perturbation.SCHEMA, name="exact")
