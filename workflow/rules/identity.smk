# What a result depends on beside its inputs: one canonical text per job, its only recorded parameter.

import json
import os

from modgrow.plan import controls as plan_controls
from snakemake.io import IOFile


def identity(script, about, files=(), /, **uses):
    """The code and the settings that a job of `script` uses, on networks of the arms `about`.

    Snakemake compares parameters without their names, so a rule has exactly one. Rules ask for it in a
    function, or Snakemake would take `{...}` in a title for a wildcard.
    """
    return or_refuse(PLAN.identity, script, about, files, **uses)


def network_id(w):
    """The identity of one network; the run stops where one of other settings would be taken for it.

    Snakemake trains again what it has a record of; of files that were copied here it has none. (This is
    no input function because Snakemake drops those errors where the output exists.)
    """
    recipe = or_refuse(PLAN.recipe, w.arm)
    planned = identity("train_network", [w.arm], arm=w.arm, seed=int(w.seed), settings=recipe)
    path = placed(f"{RESULTS}/networks/{w.arm}/seed_{w.seed}.safetensors")
    recorded = workflow.persistence.params(IOFile(path))
    if os.path.exists(path) and (recorded is None or repr(planned) in recorded):
        said = json.loads(planned)
        said.pop("files", None)  # code, as its digest
        or_refuse(headers.refuse_other_settings, path, said)
    return planned


def experiment_id(experiment):
    """The identity of one experiment on one network."""
    told = {**experiment.told, "settings": experiment.asks(SETTINGS)}
    return lambda w: identity(
        experiment.script or experiment.name,
        [w.arm],
        experiment.files,
        **told,
        arm=w.arm,
        seed=int(w.seed),
    )


def collected_id(collection, table):
    """The identity of what gathers the tables of networks: whose, and what these must say made them."""
    seeds = PLAN.collections[collection][table]
    told = {
        "collection": collection,
        "table": table,
        "seeds": places.spans(seeds),
        "planned": PLAN.planned(table, seeds),
    }
    return identity("collect_table", seeds, PLAN.files_of(table), **told)


def summary_id(arms):
    """The identity of the half-points of these arms."""
    told = {"arms": PLAN.recipes(arms), "threshold": SETTINGS.perturbation.threshold}
    return identity("perturbation_summary", arms, **told)


def made_id(made):
    """The identity of one of the plan's jobs."""
    return lambda w: or_refuse(PLAN.identity_of, made)


def control_id(w):
    """The identity of one network; a name that is none is Snakemake's to refuse."""
    return plan_controls.identity_of(SETTINGS, w.arm, int(w.seed))
