"""Peak memory of training to N = 61, above an idle interpreter with torch. `--json FILE`

Each size is trained in a process of its own, with few updates per epoch: what takes memory is the pool.
"""

import subprocess
import sys

from common import ROOT, arguments, report

IDLE = "import torch, resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
TRAIN = """
import resource
from modgrow.learning.devices import keep_memory_compact, use_threads
use_threads(1)
keep_memory_compact()
from modgrow.forecast import memory_mb
from modgrow.arm import Arm
from modgrow.learning.curriculum import Curriculum
arm = Arm(units={units}, updates_per_epoch=20, threshold=0.0)
list(Curriculum(arm, 0))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(peak, arm.pool_bytes / 2**20, memory_mb(arm))
"""


def run(code: str) -> list[float]:
    """What a fresh interpreter prints."""
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return [float(word) for word in found.stdout.split()]


def main() -> None:
    """Measure the four modular sizes."""
    args = arguments(__doc__).parse_args()
    (idle,) = run(IDLE)
    records = []
    for units in (5, 10, 15, 20):
        peak, pool, asked = run(TRAIN.format(units=units))
        above = {"above_idle_mb": peak - idle, "pool_mb": pool, "asked_of_scheduler_mb": asked}
        records.append({"units": units, **above, "peak_mb": peak, "idle_mb": idle})
    report(records, args)


if __name__ == "__main__":
    main()
