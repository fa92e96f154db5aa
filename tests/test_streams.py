"""Random streams come from (seed, purpose) alone."""

import inspect

import numpy as np

from modgrow import streams
from modgrow.arm import Arm
from modgrow.learning.activity import Pool
from modgrow.learning.curriculum import Curriculum
from modgrow.model.growth import draw
from tests.conftest import small_arm


def test_same_seed_and_purpose_same_numbers_else_different():
    first = streams.stream(3, "bits", 7).random(5)
    assert np.array_equal(first, streams.stream(3, "bits", 7).random(5))
    for other in ((4, "bits", 7), (3, "bits", 8), (3, "initial", 7), (3, "bits/7", 1), (37, "bits")):
        assert not np.array_equal(first, streams.stream(*other).random(5))


def test_an_arms_name_never_enters():
    for function in (Curriculum.__init__, Pool.__init__, draw):
        assert "name" not in inspect.signature(function).parameters
    assert "name" not in Arm.model_fields


def test_arms_with_one_seed_share_what_they_have_in_common():
    slow, fast = (small_arm(learning_rate=rate) for rate in (0.1, 0.4))
    for pathway in ("input", "recurrent", "tau", "readout"):
        for name, value in draw(pathway, slow, 2, 2).items():
            assert value.equal(draw(pathway, fast, 2, 2)[name])
    assert Pool(slow, 2, "training pool", 3).bits.equal(Pool(fast, 2, "training pool", 3).bits)
