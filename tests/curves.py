"""A small table for the tests: learning curves that nobody trained."""

import numpy as np
import pandas as pd

from modgrow.schemas.learning_curves import SCHEMA
from modgrow.store import tables


def curve(arm="a", seed=0, epochs=50):
    """A learning curve in which every epoch solves one N more."""
    epoch = np.arange(1, epochs + 1)
    columns = {"arm": arm, "seed": seed, "epoch": epoch, "n": epoch + 1, "loss": 0.5 / epoch}
    columns |= {"n_solved": epoch + 1, "n_tasks_solved": epoch, "diverged": False}
    columns |= {"clipped": 0.25, "learnt_after": 100}
    columns |= {"accuracy": 1 - 0.01 / epoch, "accuracy_previous": np.where(epoch > 1, 0.75, np.nan)}
    return pd.DataFrame(columns)[SCHEMA.columns.names].astype({"learnt_after": "Int64"})


def made_by(arm="a", seed=0, **settings):
    """What made a curve."""
    return {"id": {"arm": arm, "code": "abc", "seed": seed, "settings": settings}, "sources": {"x.py": "1"}}


def write(path, table=None, provenance=None):
    """Write a curve, of arm a and seed 0 if nothing else is said."""
    tables.write(path, curve() if table is None else table, SCHEMA, provenance or made_by())
