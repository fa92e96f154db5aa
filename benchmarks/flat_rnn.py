"""A flat network against `torch.nn.RNN` of the same size, one update each. `--json FILE`

torch's cell is simpler (no leak, no trainable tau, ReLU), so it is an upper anchor. `products` is the
time that the matrix products alone would take at this core's best rate.
"""

import torch
from common import arguments, best_seconds, one_core, report, sgemm_gflops
from torch import nn

from modgrow.arm import Arm
from modgrow.learning.activity import Batch
from modgrow.learning.training import make_optimizer, update
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.streams import stream

HEADS, LENGTH = 29, 75  # N = 30 and its mean length


class PlainRNN(nn.Module):
    """torch's own recurrent layer with as many heads."""

    def __init__(self, units: int):
        super().__init__()
        self.rnn = nn.RNN(1, units, nonlinearity="relu")
        self.heads = nn.Linear(units, 2 * HEADS)

    def forward(self, bits):
        """Logits (sequence, 2, head)."""
        return self.heads(self.rnn(bits[:, :, None])[0][-1]).unflatten(1, (2, HEADS))


def main() -> None:
    """Measure the four flat sizes of the paper."""
    args = arguments(__doc__).parse_args()
    one_core()
    torch.manual_seed(0)
    sgemm, records = sgemm_gflops(), []
    bits = (torch.rand(LENGTH, 256) < 0.5).float()
    labels = torch.stack([bits[-n:].sum(0) % 2 for n in range(2, 2 + HEADS)], 1).long()
    for units in (20, 54, 91, 128):
        network = Network(Arm(units=units, architecture="flat"))
        for _ in range(HEADS):
            grow(network, 0)
        optimizer, rng = make_optimizer(network), stream(0, "benchmark")
        ours = best_seconds(lambda n=network, o=optimizer, r=rng: update(n, o, Batch(bits, None), r), 1.0)

        plain = PlainRNN(units)
        sgd = torch.optim.SGD(plain.parameters(), lr=0.01, momentum=0.1, nesterov=True)

        def plain_update(plain=plain, sgd=sgd) -> None:
            loss = nn.functional.cross_entropy(plain(bits), labels)
            sgd.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(plain.parameters(), 2.0)
            sgd.step()

        theirs = best_seconds(plain_update, 1.0)
        products = 2 * 3 * units**2 * 256 * LENGTH / sgemm / 1e9
        records.append(
            {
                "units": units,
                "ratio_to_nn_rnn": ours / theirs,
                "ratio_to_products": ours / products,
                "modgrow_ms": 1e3 * ours,
                "nn_rnn_ms": 1e3 * theirs,
                "products_ms": 1e3 * products,
            }
        )
    report(records, args)


if __name__ == "__main__":
    main()
