"""A network of each size by this tree and by an older one, `git worktree add OLD COMMIT`. `--json FILE`

Both train at once, each on a core of its own, so that whatever else goes on meets both. `seconds` are of the
process's own time, pools and tests included; `ratio` is the older tree's time over that of this one.
Learning rates are those that both know (0.1, for 128 flat units 0.05). Draws may differ between the trees,
and with them which N are solved: compare networks that came as far (`n`).
"""

import json
import os
import subprocess
import sys

from common import ROOT, arguments, report

NETWORKS = [  # architecture, units, epochs
    ("modular", 5, 60),
    ("modular", 10, 60),
    ("modular", 15, 60),
    ("modular", 20, 60),
    ("flat", 20, 60),
    ("flat", 54, 60),
    ("flat", 91, 20),
    ("flat", 128, 20),
]
TRAIN = """
import json, sys, time
sys.path.insert(0, ".")
from modgrow.arm import Arm
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.devices import keep_memory_compact, use_threads
architecture, units, epochs, seed = sys.argv[1], *map(int, sys.argv[2:])
use_threads(1)
keep_memory_compact()
rate = 0.05 if architecture == "flat" and units > 100 else 0.1
start = time.process_time()
arm = Arm(architecture=architecture, units=units, epochs=epochs, learning_rate=rate)
for record in Curriculum(arm, seed):
    pass
print(json.dumps({"seconds": time.process_time() - start, "n": record.n_solved}))
"""


def main() -> None:
    """Train every network twice at once, and report seconds and ratios."""
    parser = arguments(__doc__)
    parser.add_argument("old", help="folder of the older tree")
    parser.add_argument("--seed", type=int, default=2)
    args = parser.parse_args()
    records = []
    for architecture, units, epochs in NETWORKS:
        network = (architecture, units, epochs, args.seed)
        running = {"before": started(args.old, 0, *network), "now": started(ROOT, 1, *network)}
        found = {name: json.loads(process.communicate()[0]) for name, process in running.items()}
        ratio = found["before"]["seconds"] / found["now"]["seconds"]
        both = {f"{key}_{name}": value for name, one in found.items() for key, value in one.items()}
        records.append({"network": architecture, "units": units, "epochs": epochs} | both | {"ratio": ratio})
    report(records, args)


def started(tree: str, core: int, *network: object) -> subprocess.Popen:
    """A process that trains one network with the code of that tree."""
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN, *map(str, network)],
        cwd=tree,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )


if __name__ == "__main__":
    main()
