"""Throughput of the fused kernels against the same core's best matrix product. `--json FILE`

Two operations per matrix entry multiplied; element-wise work is not counted. Modules of 5 to 20 units
have a module upstream, larger ones are flat. Sequences of 120 steps (the longest at N = 30), 256 of
them. "update" adds the step of the optimiser: all that training does with a batch.
"""

import torch
from common import arguments, best_seconds, one_core, report, sgemm_gflops

from modgrow.arm import Arm
from modgrow.learning.training import make_optimizer
from modgrow.model import kernels
from modgrow.model.network import LeakyModule, Network

STEPS, SEQUENCES = 120, 256
SIZES = [(5, 5), (10, 10), (15, 15), (20, 20), (54, 0), (91, 0), (128, 0)]


def measure(units: int, below: int, sgemm: float) -> list[dict]:
    """Records of one size: forward, forward with backward, and a whole update."""
    rng = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> torch.Tensor:
        return 2 * torch.rand(shape, generator=rng) - 1

    weights = {
        "input": draw(units),
        "recurrent": draw(units, units) / units**0.5,
        "feedforward": draw(units, below) / below**0.5 if below else None,
        "bias": draw(units) / units**0.5,
        "tau": 1.5 + draw(units) / 2,
    }
    bits, initial = (draw(STEPS, SEQUENCES) > 0).float(), draw(units, SEQUENCES).abs() / 10
    upstream = draw(STEPS + 1, below, SEQUENCES) if below else None

    network = Network(Arm(architecture="flat", units=units))
    heads = {"readout": draw(1, 2, units), "readout_bias": draw(1, 2)}
    given = {name: value for name, value in weights.items() if value is not None}
    network.chain.append(LeakyModule(given | heads, 0.01, "outside"))
    optimizer, labels = make_optimizer(network), (draw(1, SEQUENCES) > 0).long()

    def forward() -> None:
        kernels.final_state(bits, initial, upstream, weights)

    def both() -> None:
        optimizer.gradients(bits, initial, upstream, labels)

    def update() -> None:
        optimizer.learn(bits, initial, upstream, labels)

    ahead = 2 * units * (units + below) * SEQUENCES * STEPS
    back = ahead + 2 * units * units * SEQUENCES * STEPS
    passes = [
        ("forward", ahead, forward),
        ("forward+backward", ahead + back, both),
        ("update", ahead + back, update),
    ]
    records = []
    for name, operations, work in passes:
        gflops = operations / best_seconds(work) / 1e9
        records.append(
            {
                "units": units,
                "pass": name,
                "gflops": gflops,
                "sgemm_gflops": sgemm,
                "ratio": gflops / sgemm,
            }
        )
    return records


def main() -> None:
    """Measure every size of the paper."""
    args = arguments(__doc__).parse_args()
    one_core()
    sgemm = sgemm_gflops()
    report([record for size in SIZES for record in measure(*size, sgemm)], args)


if __name__ == "__main__":
    main()
