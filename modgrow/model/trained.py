"""A trained network: what was solved, and the network at each solved N."""

from dataclasses import dataclass, field

from modgrow.model.network import Network


@dataclass
class Trained:
    """A trained network: what was solved, and the network at each solved N (flat arms)."""

    network: Network
    seed: int
    n_solved: int
    diverged: bool = False
    snapshots: dict[int, Network] = field(default_factory=dict)
    provenance: dict = field(default_factory=dict)

    @classmethod
    def of(cls, curriculum, provenance: dict) -> "Trained":
        """What a curriculum has trained so far, with what made it."""
        solved, diverged = curriculum.n_solved, curriculum.diverged
        return cls(curriculum.network, curriculum.seed, solved, diverged, curriculum.snapshots, provenance)

    @property
    def n_tasks_solved(self) -> int:
        """How many parity orders were solved."""
        return self.n_solved - self.network.arm.n_first + 1

    def at(self, n: int) -> Network | None:
        """The network when it had just solved `n`; None if it never did.

        A modular network holds its own past (older modules do not change): it is returned whole.
        """
        if n > self.n_solved or n < self.network.arm.n_first:
            return None
        return self.snapshots[n] if self.network.arm.architecture == "flat" else self.network
