"""Questions that a network has no answer to are refused in a line, not answered with a number."""

import math
import re

import pytest
import torch

from modgrow.errors import ModgrowError
from modgrow.learning import training
from modgrow.learning.curriculum import Curriculum
from modgrow.model.growth import draw, grow
from modgrow.model.network import Network
from tests.conftest import small_arm


def grown(heads=3, **settings):
    network = Network(small_arm(**settings))
    for _ in range(heads):
        grow(network, 0)
    return network


def inputs(units=5, time=6, sequences=4):
    """Bits, initial states and states of a module upstream."""
    return torch.ones(time, sequences), torch.zeros(units, sequences), torch.zeros(time + 1, units, sequences)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("n", [-1, 0, 1, 5, 99])
def test_a_head_that_is_not_there_is_named(n, flat):
    network = grown(flat=flat)
    assert [network.head(there)[1] for there in (2, 3, 4)] == ([0, 1, 2] if flat else [0, 0, 0])
    with pytest.raises(ModgrowError, match=rf"N = {n}: the network has no such head; it has N = 2 to 4"):
        network.head(n)


def test_a_network_without_a_module_is_named():
    empty = Network(small_arm())
    with pytest.raises(ModgrowError, match="has no such head; it has none"):
        empty.head(2)
    with pytest.raises(ModgrowError, match="no module yet"):
        _ = empty.newest


ODD = {  # module, its bits, initial states and upstream; what is said
    "W^FF and no upstream": (1, lambda b, i, u: (b, i, None), "needs the states"),
    "upstream and no W^FF": (0, lambda b, i, u: (b, i, u), "has no W^FF, and was given"),
    "upstream too short": (1, lambda b, i, u: (b, i, u[:5]), "must be (6 or more, 5, 4)"),
    "upstream of other units": (1, lambda b, i, u: (b, i, u[:, :4]), "upstream is (7, 4, 4)"),
    "upstream of other bits": (1, lambda b, i, u: (b, i, u[..., :3]), "upstream is (7, 5, 3)"),
    "upstream of another type": (1, lambda b, i, u: (b, i, u.double()), "upstream is torch.float64"),
    "initial of other units": (0, lambda b, i, u: (b, i[:4], None), "initial is (4, 4)"),
    "initial of other bits": (0, lambda b, i, u: (b, i[:, :3], None), "initial is (5, 3)"),
    "initial of another type": (0, lambda b, i, u: (b, i.double(), None), "initial is torch.float64"),
    "bits of another type": (0, lambda b, i, u: (b.double(), i, None), "bits is torch.float64"),
}


@pytest.mark.parametrize("what", ODD)
def test_states_that_would_leave_something_out_are_refused(what):
    """Asked of `_check`, since the annotated methods refuse some of these by themselves in tests."""
    m, change, reason = ODD[what]
    module, (bits, initial, upstream) = grown().chain[m], inputs()
    module._check(bits, initial, upstream if m else None)
    with pytest.raises(ModgrowError, match=re.escape(reason)):
        module._check(*change(bits, initial, upstream))


def test_without_a_delay_one_more_state_is_needed():
    module, (bits, initial, upstream) = grown(feedforward_delay=0).chain[1], inputs()
    assert module.delay == 0
    module._check(bits, initial, upstream)
    with pytest.raises(ModgrowError, match=re.escape("upstream is (6, 5, 4)")) as raised:
        module._check(bits, initial, upstream[:6])
    assert "must be (7 or more, 5, 4)" in str(raised.value)
    grown().chain[1]._check(bits, initial, upstream[:6])


def test_a_time_constant_that_is_no_number_is_refused():
    module = grown(1).newest
    module.tau.data[2] = math.nan
    bits, initial, _ = inputs()
    for method in (module.states, module.final_state):
        with pytest.raises(ModgrowError, match="tau has values that are no numbers"):
            method(bits, initial, None)


@pytest.mark.parametrize("flat", [False, True])
def test_a_time_constant_that_is_no_number_stops_training_at_once(flat, monkeypatch):
    seen, original = [], training.update
    monkeypatch.setattr(training, "update", lambda *what: seen.append(original(*what)) or seen[-1])
    run = Curriculum(small_arm(flat=flat), 0)
    run.network.newest.tau.data[0] = math.nan
    (record,) = run
    assert len(seen) == 1
    assert record.diverged


def test_what_is_no_pathway_is_named():
    for ask in (grown(1).newest.pathway, lambda name: draw(name, small_arm(), 0, 2)):
        with pytest.raises(ModgrowError, match="readout_bias is no pathway; name one of input, recurrent"):
            ask("readout_bias")
