"""Share of the drive: how much of what moves a module's units comes by each pathway."""

from collections.abc import Iterator

from jaxtyping import Float
from torch import Tensor

from modgrow.experiments.probes.lesions import terms
from modgrow.experiments.probes.recording import Finding, Recording


def findings(run: Recording) -> Iterator[Finding]:
    """Cov(term, drive) / Var(drive) per pathway, each summed over units: shares of a module add up to one."""
    for place in range(run.end + 1):
        centred = {pathway: _centred(term) for pathway, term in terms(run, place).items()}
        drive = sum(centred.values())
        variance = drive.square().sum().item()
        for pathway, term in centred.items():
            share = (term * drive).sum().item() / variance if variance else None
            yield Finding("share_of_drive", pathway, run.n(place), share)


def _centred(term: Float[Tensor, "time unit sequence"]) -> Float[Tensor, "time unit sequence"]:
    term = term.double()
    return term - term.mean((0, 2), keepdim=True)
