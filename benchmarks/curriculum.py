"""Seconds of a whole curriculum of 10 units to N = 20, 40, 61, epoch by epoch. `--json FILE`

Training, tests and the pool's extension included. `--n 200` drives one network further; each record
carries the seconds and the sequence steps (updates x mean length) of the epochs up to that N.
"""

import resource
import time

from common import arguments, one_core, report

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.devices import keep_memory_compact


def main() -> None:
    """Train one network and note the time at which each N asked for was solved."""
    parser = arguments(__doc__)
    parser.add_argument("--units", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--n", type=int, nargs="+", default=[20, 40, 61])
    parser.add_argument("--every", type=int, default=0, help="also note every so many N")
    parser.add_argument("--plot", metavar="FILE", help="plot time per sequence step against N")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after this many seconds")
    args = parser.parse_args()
    one_core()
    keep_memory_compact()
    arm = Arm(units=args.units, epochs=None, n_max=max(args.n))
    start = time.perf_counter()
    run, records, last, epochs = Curriculum(arm, args.seed), [], 0.0, 0
    for record in run:
        now, epochs = time.perf_counter() - start, epochs + 1
        wanted = record.n_solved in args.n or (args.every and record.n_solved % args.every == 0)
        if wanted and (not records or records[-1]["n"] != record.n_solved):
            steps = arm.updates_per_epoch * sum(arm.lengths(record.n)) / 2
            per_step = (now - last) / steps
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            records.append(
                {
                    "method": "modgrow",
                    "n": record.n_solved,
                    "seconds": now,
                    "epochs": epochs,
                    "epoch_seconds_per_step": per_step,
                    "peak_mb": peak,
                }
            )
            print(records[-1], flush=True)
        last = now
        if now > args.seconds:
            break
    report(records, args)
    if args.plot:
        plot(records, args.plot)


def plot(records: list[dict], path: str) -> None:
    """Time per sequence step of the epoch that solved N, against N."""
    figure, axes = style.new_figure()
    axes.plot([r["n"] for r in records], [1e6 * r["epoch_seconds_per_step"] for r in records], marker="o")
    axes.set(xlabel="$N$", ylabel="microseconds per time step of a batch", xlim=(0, None), ylim=(0, None))
    axes.set_title("training, test and pool, all included", fontsize=8)
    figure.savefig(path, dpi=200)


if __name__ == "__main__":
    main()
