"""Train one network of the controls: its rows, epoch by epoch."""

import sys

import pandas as pd

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.controls.curriculum import ControlCurriculum, Row
from modgrow.controls.kinds import KINDS
from modgrow.learning.devices import use_threads
from modgrow.schemas.controls import SCHEMA
from modgrow.store import tables

SAID = ("arm", "kind", "units", "learning_rate", "seed")  # columns of the whole network


def main() -> None:
    args = script.arguments(__doc__, "--threads", "--output")
    use_threads(int(args.threads))
    arm = arm_from_json(args.id["settings"])
    curriculum = ControlCurriculum(KINDS[args.id["kind"]], arm, args.id["seed"])
    for row in curriculum:
        print(
            f"epoch {row.epoch}/{arm.epochs}  N {row.n}  solved {row.n_solved}", file=sys.stderr, flush=True
        )
    table = pd.DataFrame(curriculum.rows, columns=list(Row._fields))
    said = {**args.id, "learning_rate": arm.learning_rate}
    for place, name in enumerate(SAID):
        table.insert(place, name, said[name])
    tables.write(args.output, table, SCHEMA, script.provenance(args.id, "torch"))


if __name__ == "__main__":
    script.run(main)
