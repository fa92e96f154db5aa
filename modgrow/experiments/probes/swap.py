"""Swap: a module is given the bits of one sequence and the upstream activity of another."""

from collections.abc import Iterator

from modgrow.experiments.probes import messages
from modgrow.experiments.probes.recording import Finding, Recording, answered, late


def findings(upstream: Recording, run: Recording) -> Iterator[Finding]:
    """Does a module answer with its newest bit and the message from below, whatever bits that came from?

    `agreement` with that; `own`: with the right answer to the module's own bits, one half if it holds none of
    them itself; `upstream`: with that to the other sequence, one half unless the newest bit, too, comes from
    below (without delay it can); `accuracy`: of the module in its own chain. `from_answer`, where the message
    is not the answer: with what follows if the *answer* below is handed up and the module makes the rest of
    its own bits.
    """
    for place in range(1, run.end + 1):
        said = answered(run.chain[place], run.drive(run.chain[place], upstream.states[place - 1]))
        for measure, target in _targets(upstream, run, place).items():
            yield Finding("swap", measure, run.n(place), run.share(said, target))
        right = run.share(run.answers[place], run.labels[place])
        yield Finding("swap", "accuracy", run.n(place), right)


def _targets(upstream: Recording, run: Recording, place: int) -> dict:
    """What a module may answer, by what it goes by."""
    message = messages.named(run.network.arm.task)
    targets = {
        "agreement": messages.follows(run, messages.right_from_below(upstream, place)),
        "own": run.labels[place],
        "upstream": upstream.labels[place],
    }
    if not message.is_answer:
        mixed = message.of(run.bits.bool(), upstream.labels[place - 1])
        targets["from_answer"] = message.used(run.bits.bool(), late(mixed))
    return targets
