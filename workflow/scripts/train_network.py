"""Train the network of one (arm, seed), or go on training it; write it and its learning curve."""

import pandas as pd

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.learning import progress, resume
from modgrow.learning.devices import choose_device, keep_memory_compact, use_threads
from modgrow.model.trained import Trained
from modgrow.schemas.learning_curves import SCHEMA
from modgrow.store import networks, tables
from modgrow.store.states import Record


def main() -> None:
    resume.leave_on_signals()
    args = script.arguments(__doc__, "--threads", "--device", "--network", "--curve", "--state")
    arm_name, seed = args.id["arm"], args.id["seed"]
    arm = arm_from_json(args.id["settings"])
    use_threads(int(args.threads))
    keep_memory_compact()
    device = choose_device(args.device)
    made_by = script.provenance(args.id, "torch", "numba", "llvmlite", "safetensors", device=device)

    job = resume.Job(arm, seed, device, args.state, made_by)
    curriculum = job.curriculum
    for _ in progress.logged(curriculum, arm_name):
        job.keep()

    curve = pd.DataFrame(curriculum.records, columns=list(Record.__annotations__))
    curve.insert(0, "arm", arm_name)
    curve.insert(1, "seed", seed)
    tables.write(args.curve, curve, SCHEMA, made_by)
    networks.write(args.network, Trained.of(curriculum, made_by))
    job.deliver()
    progress.done(curriculum, arm_name, len(job.parts))


if __name__ == "__main__":
    script.run(main)
