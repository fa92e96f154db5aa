"""Two training jobs side by side on two cores against one alone. `--json FILE`

Each job is a process of its own with one thread, as the workflow starts them: 10 units, 12 epochs.
"""

import subprocess
import sys
import time

from common import ROOT, arguments, report

JOB = """
from modgrow.learning.devices import keep_memory_compact, use_threads
use_threads(1)
keep_memory_compact()
from modgrow.arm import Arm
from modgrow.learning.curriculum import Curriculum
list(Curriculum(Arm(units=10, epochs=12), 0))
"""


def seconds(jobs: int) -> float:
    """Wall time until the last of `jobs` processes, started together, has ended."""
    start = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-c", JOB], cwd=ROOT) for _ in range(jobs)]
    if any(job.wait() for job in running):
        raise SystemExit("a job failed")
    return time.perf_counter() - start


def main() -> None:
    """Alternate one and two jobs three times; compare the best of each."""
    args = arguments(__doc__).parse_args()
    alone, together = [], []
    for _ in range(3):
        alone.append(seconds(1))
        together.append(seconds(2))
    ratio = min(together) / min(alone)
    report([{"ratio": ratio, "alone_seconds": min(alone), "together_seconds": min(together)}], args)


if __name__ == "__main__":
    main()
