"""Draw the networks of target `far`: their learning curves, and what a task took."""

import pandas as pd

from modgrow import script
from modgrow.figures import far, job
from modgrow.schemas.far import SCHEMA
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, *job.OPTIONS)
    first, *others = args.inputs
    arms = args.id["arms"]
    cost = tables.read(first, SCHEMA, arms)
    curves = pd.concat([tables.read(path, CURVES, arms) for path in others])
    job.save(far.draw(curves, cost, **script.told(args.id)), args)


if __name__ == "__main__":
    script.run(main)
