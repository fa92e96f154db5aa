"""Prediction: accuracy down the chain from how often each module fails to do its own part."""

from collections.abc import Iterator

from modgrow.experiments.probes import messages
from modgrow.experiments.probes.recording import Finding, Recording


def findings(run: Recording, other: Recording) -> Iterator[Finding]:
    """`q`: how often the answer is not what follows from the newest bit and what the module below said.

    If modules fail independently, a chain is right with probability 1/2 + 1/2 prod(1 - 2 q), the product over
    all modules up to N: an even number of failures. `predicted` is that, q from another run; `accuracy` is
    measured. The first module is held against the right answer.
    """
    product = 1.0
    for place in range(run.end + 1):
        follows = messages.follows(other, messages.said_from_below(other, place))
        q = 1.0 - other.share(other.answers[place], follows)
        product *= 1.0 - 2.0 * q
        yield Finding("prediction", "q", run.n(place), q)
        yield Finding("prediction", "predicted", run.n(place), 0.5 + 0.5 * product)
        right = run.share(run.answers[place], run.labels[place])
        yield Finding("prediction", "accuracy", run.n(place), right)
