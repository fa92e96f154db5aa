"""Every probe of one chain, on two runs of it with bits of their own."""

from collections.abc import Iterator

from modgrow.experiments.probes import (
    bottleneck,
    error_wave,
    gain,
    lesions,
    light_cone,
    prediction,
    share_of_drive,
    swap,
)
from modgrow.experiments.probes.recording import Finding, record
from modgrow.model.trained import Trained


def findings(trained: Trained, sequences: int, steps: int) -> Iterator[Finding]:
    """All rows of a chain; steps are scored steps of each sequence."""
    run = record(trained, "run", steps, sequences)
    other = record(trained, "other", steps, sequences)
    yield from swap.findings(other, run)
    yield from bottleneck.findings(run, other)
    yield from light_cone.findings(run, trained.seed)
    yield from lesions.findings(run, other)
    yield from share_of_drive.findings(run)
    yield from error_wave.findings(run)
    yield from prediction.findings(run, other)
    yield from gain.findings(run, trained.seed)
