"""Random streams: every draw of the project comes from (seed, purpose) and from nothing else.

An arm's name never enters, so two arms with the same seed share every draw they have in common
(the same first module, the same bits) and can be compared in pairs. Nor does the position in an
earlier stream: every epoch, batch and birth has its own.
"""

import hashlib

import numpy as np


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """An independent generator for `purpose`, e.g. `stream(3, "training", epoch)`."""
    label = "/".join(str(part) for part in (seed, *purpose))
    entropy = int.from_bytes(hashlib.sha256(label.encode()).digest(), "little")
    return np.random.Generator(np.random.PCG64(entropy))
