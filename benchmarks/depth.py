"""Cost of one update against the depth of the chain, beside eager torch. `--json FILE`

Modules of 10 units, a batch of 256, sequences of the mean length 2.5 N at N = depth + 1. Seconds per
time step of the sequence. `ratio` is eager time over modgrow's at the same depth.
"""

import time

import torch
from common import arguments, best_seconds, one_core, report
from eager import BatchedChain, EagerChain, make_update

from modgrow.arm import Arm
from modgrow.learning.activity import Pool
from modgrow.learning.training import make_optimizer, update
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.streams import stream

UNITS = 10


def modgrow_seconds(depth: int, length: int) -> float:
    """One update of the newest of `depth` modules, its upstream activity looked up."""
    arm = Arm(units=UNITS, pool_batches=2, epochs=None, n_max=depth + 1)
    network, pool = Network(arm), Pool(arm, 0, "training pool", 2)
    for step in range(depth):
        if step:
            pool.extend(network.newest)
        grow(network, 0)
    optimizer, rng, batch = make_optimizer(network), stream(0, "benchmark"), pool.batch(0, length)
    return best_seconds(lambda: update(network, optimizer, batch, rng), 0.5)


def eager_seconds(chain: type, depth: int, length: int) -> float:
    """One update of the same network in eager torch; best of two."""
    bits = (torch.rand(length, 256) < 0.5).float()
    work = make_update(chain(UNITS, depth), bits, depth + 1)
    found = []
    for _ in range(2):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Measure modgrow at every depth, the eager forms as far as they end within a minute."""
    parser = arguments(__doc__)
    parser.add_argument("--depths", type=int, nargs="+", default=[2, 5, 10, 14, 29, 60, 100, 200])
    parser.add_argument("--eager-up-to", type=int, default=29, help="deepest chain of the eager forms")
    args = parser.parse_args()
    one_core()
    torch.manual_seed(0)
    records = []
    for depth in args.depths:
        length = round(2.5 * (depth + 1))
        ours = modgrow_seconds(depth, length)
        rows = [("modgrow", ours)]
        if depth <= args.eager_up_to:
            rows.append(("eager_chain", eager_seconds(EagerChain, depth, length)))
            rows.append(("eager_batched", eager_seconds(BatchedChain, depth, length)))
        for method, seconds in rows:
            per_step, ratio = seconds / length, seconds / ours
            records.append(
                {
                    "depth": depth,
                    "method": method,
                    "seconds_per_step": per_step,
                    "ratio": ratio,
                    "length": length,
                }
            )
    report(records, args)


if __name__ == "__main__":
    main()
