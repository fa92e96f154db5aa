"""What a module does, and with what: swap, bottleneck, light cone, lesions, drive, errors and gain."""

import pandas as pd
import pyarrow as pa

from modgrow.errors import ModgrowError
from modgrow.figures import fig7
from modgrow.store.schema import FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column
from modgrow.study import Study

COLUMNS = ("probe", "measure", "n", "distance", "value")


def rows(trained, sequences, steps):
    """Rows (probe, measure, n, distance, value) of a chain as it was when it solved its last N.

    All on fresh bits, p = 0.5, in continuous runs of `sequences`, with `steps` scored steps after a warm-up
    of max(100, 4 N); what is estimated for a probe comes from a second run. What a measure is: the glossary,
    and the file of the probe in `modgrow/experiments/probes`. Raises ModgrowError for a flat network.
    """
    from modgrow.experiments.probes import every

    if not trained.arm.grows:
        raise ModgrowError("a flat network has no modules to probe; name modular arms")
    known = trained.at(trained.n_solved)
    found = every.findings(known, sequences, steps) if known else []
    return pd.DataFrame(found, columns=["probe", "measure", "n", "value", "distance"])[[*COLUMNS]].astype(
        {"distance": "Int64", "value": float}
    )


def draw(table, arms):
    """What the modules of each arm do, by N."""
    return fig7.draw(table, arms)


STUDY = Study(
    schema=Schema(
        "mechanism",
        pa.schema(
            [
                column("probe", NAME),
                column("measure", NAME),
                column("n", INTEGER),
                column("distance", INTEGER, null=True),
                column("value", NUMBER, null=True),
                column("arm", NAME),
                column("seed", INTEGER),
            ]
        ),
        keys=("arm", "seed", "probe", "measure", "n", "distance"),
        ranges={"seed": FROM_0, "n": FROM_1, "distance": FROM_0},
    ),
    rows=rows,
    draw=draw,
    label="Mechanism: what a module does, and with what",
    minutes=20,
)
