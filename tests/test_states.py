"""A state serves the job that it was written for; what else lies in its place is set aside in one line."""

import json
import os
import resource
import socket
from dataclasses import asdict

import pytest
import torch

from modgrow.arm import Arm
from modgrow.errors import StoreError
from modgrow.experiments import resources
from modgrow.learning import costs, resume
from modgrow.learning.curriculum import Curriculum
from modgrow.model.growth import trained_tensors
from modgrow.store import checked, networks, states
from tests.conftest import small_arm

EPOCHS = 4
KINDS = {
    "modular": {"threshold": 0.0},
    "flat": {"threshold": 0.0, "flat": True},
    "stuck": {"threshold": 1.0},
    "frozen": {"threshold": 0.0, "growth": {"recurrent": "copy freeze", "feedforward": "copy freeze"}},
    "tau fixed": {"threshold": 0.0, "tau_trained": False},
}


def made_by(arm, seed=0):
    return {"id": {"arm": "a", "code": "abc", "seed": seed, "settings": arm.canonical}}


@pytest.fixture(scope="module", params=KINDS)
def kept(request, tmp_path_factory):
    """Tensors and header of the state of a network after four of nine epochs."""
    arm = small_arm(**KINDS[request.param], epochs=9, updates_per_epoch=2)
    curriculum = Curriculum(arm, 0)
    for _ in range(EPOCHS):
        next(iter(curriculum))
    path = tmp_path_factory.mktemp("kept") / "state"
    states.write(path, curriculum.state(made_by(arm), parts=[states.Part(1.0, 2.0, 3.0)]))
    return checked.read(path)


def refusal(path, tensors, header):
    """What is said of these in place of a state; empty if it is taken."""
    checked.write(path, tensors, header)
    message = ""
    try:
        states.read(path)
    except StoreError as error:
        message = str(error)
    assert not message or message.startswith(f"{path}: not a state of this project (")
    assert "\n" not in message
    assert len(message) < 500
    return message


NO = object()  # the key is taken away
ODD = [NO, None, -1, 10**400, 1.5, "3", [], {}, [None], True, float("nan"), float("-inf"), "x" * 5000]
HEADER = ("arm", "seed", "n_solved", "diverged", "provenance", "records", "parts", "delivered", "earlier")
HARMLESS = {("provenance", "{}"), ("parts", "[]"), ("earlier", "null")}  # nothing is contradicted


@pytest.mark.parametrize("key", [*HEADER, "more"])
def test_every_field_of_the_header_is_checked(key, kept, tmp_path):
    tensors, header = kept
    assert not refusal(tmp_path / "state", tensors, header)
    for value in ODD:
        odd = {**header, key: value}
        if value is NO:
            odd.pop(key)
        if odd == header or (key, json.dumps(odd.get(key))) in HARMLESS:
            continue
        assert refusal(tmp_path / "state", tensors, odd), (key, value)


@pytest.mark.parametrize("key", states.Record.__annotations__)
@pytest.mark.parametrize("place", range(EPOCHS))
def test_every_field_of_every_record_is_checked(key, place, kept, tmp_path):
    tensors, header = kept
    for value in [*ODD, 0, 1, 2, 3, 4, 5, False, 0.0, 0.5, 1.0, 1.0001, float("inf")]:
        record = {**header["records"][place], key: value}
        if value is NO:
            record.pop(key)
        records = [*header["records"][:place], record, *header["records"][place + 1 :]]
        if same_to_a_reader(key, record, header["records"][place], header["arm"]["threshold"]):
            continue
        assert refusal(tmp_path / "state", tensors, {**header, "records": records}), (key, value, record)


def same_to_a_reader(key, changed, true, threshold):
    """Whether a changed record is one that an epoch could have had."""
    value, before = changed.get(key), true[key]
    if type(value) is type(before) and value == before:
        return True
    if key == "learnt_after":
        return value is None or (type(value) is int and value in (1, 2))  # two updates per epoch
    if key == "clipped" and type(value) in (int, float):
        return 0 <= value <= 1
    if type(value) not in (float, int) or isinstance(value, bool) or before is None:
        return False
    if key == "loss":
        return 0 <= value < float("inf") and value != 10**400
    solved_alike = (value > threshold) == (before > threshold) or true["accuracy_previous"] is not None
    return (
        key.startswith("accuracy")
        and 0 <= value <= 1
        and solved_alike
        and not changes_success({**true, key: value}, true, threshold)
    )


def changes_success(one, other, threshold):
    def success(record):
        accuracies = [x for x in (record["accuracy"], record["accuracy_previous"]) if x is not None]
        return all(x > threshold for x in accuracies)

    return success(one) != success(other)


TOGETHER = {
    "no records": lambda header: {"records": []},
    "a record left out": lambda header: {"records": header["records"][1:]},
    "the last left out": lambda header: {"records": header["records"][:-1]},
    "one twice": lambda header: {"records": [*header["records"], header["records"][-1]]},
    "in another order": lambda header: {"records": header["records"][::-1]},
    "more than epochs": lambda header: {"arm": {**header["arm"], "epochs": EPOCHS - 1}, "provenance": {}},
    "another arm": lambda header: {"arm": {**header["arm"], "learning_rate": 0.3}},
    "another seed": lambda header: {"seed": 1},
    "delivered half-way": lambda header: {"delivered": True},
    "an id of another kind": lambda header: {"provenance": {"id": [1]}},
    "diverged": lambda header: {"diverged": True},
    "solved more": lambda header: {"n_solved": header["n_solved"] + 1},
    "solved less": lambda header: {"n_solved": header["n_solved"] - 1},
    "a cost below zero": lambda header: {"parts": [{"seconds": -1.0, "cpu_seconds": 1.0, "max_rss_mb": 1.0}]},
    "a cost that is none": lambda header: {"parts": [{"seconds": 1.0, "cpu_seconds": 1.0}]},
    "an odd fingerprint": lambda header: {"earlier": "abc"},
}


@pytest.mark.parametrize("what", TOGETHER)
def test_a_header_that_contradicts_itself_is_refused(what, kept, tmp_path):
    tensors, header = kept
    if what == "the last left out" and header["arm"]["threshold"] == 1.0:
        pytest.skip("an epoch in which nothing is solved is as good as another")
    assert refusal(tmp_path / "state", tensors, {**header, **TOGETHER[what](header)})


def newest(tensors):
    return max(int(name.split(".")[1]) for name in tensors if name.startswith("chain."))


TENSORS = {
    "no momentum": lambda t: {k: v for k, v in t.items() if not k.startswith("momentum.")},
    "one momentum missing": lambda t: {k: v for k, v in t.items() if k != "momentum.bias"},
    "momentum too many": lambda t: {**t, "momentum.other": torch.ones(5)},
    "momentum of the wrong shape": lambda t: {**t, "momentum.bias": torch.ones(6)},
    "momentum of the wrong type": lambda t: {**t, "momentum.bias": torch.ones(5, dtype=torch.float64)},
    "momentum that is no number": lambda t: {**t, "momentum.bias": torch.full((5,), torch.nan)},
    "starts missing": lambda t: {k: v for k, v in t.items() if ".start." not in k},
    "one start missing": lambda t: {k: v for k, v in t.items() if k != "chain.1.start.tau"},
    "a start too many": lambda t: {**t, "chain.1.start.more": torch.ones(5)},
    "a module too many": lambda t: {**t, f"chain.{newest(t) + 1}.tau": torch.ones(5)},
    "chain.01": lambda t: {k.replace("chain.1.", "chain.01."): v for k, v in t.items()},
    "chain.1 twice": lambda t: {**t, "chain.01.tau": torch.ones(5)},
    "chain.x": lambda t: {**t, "chain.x.tau": torch.ones(5)},
    "chain.0": lambda t: {**t, "chain.0.tau": torch.ones(5)},
    "no module": lambda t: {**t, "chain..tau": torch.ones(5)},
    "solved.x": lambda t: {**t, "solved.x.chain.1.tau": torch.ones(5)},
    "solved.-1": lambda t: {**t, "solved.-1.chain.1.tau": torch.ones(5)},
    "solved.02": lambda t: {**t, "solved.02.chain.1.tau": torch.ones(5)},
    "solved, huge": lambda t: {**t, f"solved.{10**30}.chain.1.tau": torch.ones(5)},
    "solved, start": lambda t: {**t, "solved.2.chain.1.start.tau": torch.ones(5)},
    "a digit of another script": lambda t: {**t, "chain.\u0661.tau": torch.ones(5)},
    "an empty name": lambda t: {**t, "": torch.ones(5)},
    "no tensors": lambda t: {},
}


@pytest.mark.parametrize("what", TENSORS)
def test_tensors_that_are_not_those_of_the_network_are_refused(what, kept, tmp_path):
    tensors, header = kept
    assert refusal(tmp_path / "state", TENSORS[what](tensors), header)
    if "momentum" not in what:
        journal = ("records", "parts", "delivered", "earlier")
        network = {key: value for key, value in header.items() if key not in journal}
        bare = {name: value for name, value in tensors.items() if not name.startswith("momentum.")}
        checked.write(tmp_path / "network", bare, network)
        networks.read(tmp_path / "network")
        checked.write(tmp_path / "network", TENSORS[what](bare), network)
        with pytest.raises(StoreError, match=r"network: not a network of this project \("):
            networks.read(tmp_path / "network")


def test_momentum_of_frozen_tensors_is_refused(tmp_path):
    arm = small_arm(**KINDS["frozen"], epochs=9, updates_per_epoch=2)
    curriculum = Curriculum(arm, 0)
    for _ in range(EPOCHS):
        next(iter(curriculum))
    state = curriculum.state({})
    assert "recurrent" not in state.momentum
    state.momentum["recurrent"] = torch.zeros(5, 5)
    states.write(tmp_path / "state", state)
    with pytest.raises(StoreError, match=r"momentum\.recurrent is .*, must be None"):
        states.read(tmp_path / "state")


@pytest.mark.parametrize("kind", KINDS)
def test_what_trains_is_what_the_optimiser_was_given(kind):
    arm = small_arm(**KINDS[kind], epochs=EPOCHS, updates_per_epoch=2)
    curriculum = Curriculum(arm, 0)
    for _ in curriculum:
        m = len(curriculum.network.chain)
        assert sorted(curriculum._optimizer.velocities) == sorted(trained_tensors(arm, m))


def pipe(path):
    os.mkfifo(path)


def bound_socket(path):
    folder = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{folder}/{path.name}")  # a socket's name may not be long
    os.close(folder)


def sparse(path):
    form = {"dtype": "F32", "shape": [2**38], "data_offsets": [0, 2**40]}
    text = json.dumps({"chain.1.tau": form, "__metadata__": {"modgrow": json.dumps({"digest": ""})}}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    os.truncate(path, 8 + len(text) + 2**40)


IN_ITS_PLACE = {
    "folder": lambda path: path.mkdir(),
    "full folder": lambda path: (path / "a").mkdir(parents=True),
    "pipe": pipe,
    "socket": bound_socket,
    "loop": lambda path: path.symlink_to(path.name),
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "empty": lambda path: path.write_text(""),
    "a terabyte of zeros": lambda path: (path.write_text(""), os.truncate(path, 2**40)),
    "a terabyte that a header promises": sparse,
}


@pytest.mark.parametrize("what", IN_ITS_PLACE)
def test_what_is_no_state_is_set_aside_and_training_begins(what, tmp_path, capsys):
    path = tmp_path / "states" / "a" / "seed_0.safetensors"
    path.parent.mkdir(parents=True)
    try:
        IN_ITS_PLACE[what](path)
    except OSError as error:
        pytest.skip(f"cannot be made here: {error}")
    with pytest.raises(StoreError, match=r"seed_0\.safetensors: (not a|no such) .*network"):
        networks.read(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    job = resume.Job(small_arm(epochs=1, updates_per_epoch=2), 0, "cpu", path, {})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "KiB"
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"{path}: not gone on from, set aside as seed_0.safetensors.aside: ")
    assert [each.name for each in path.parent.iterdir()] == ["seed_0.safetensors.aside"]
    list(job.curriculum)
    job.keep()
    assert len(states.read(path).records) == 1


def test_nothing_that_was_set_aside_is_overwritten(tmp_path):
    path = tmp_path / "state"
    for text in ("first", "second", "third"):
        path.write_text(text)
        resume.Job(small_arm(), 0, "cpu", path, {})
    found = {each.name: each.read_text() for each in tmp_path.iterdir()}
    assert found == {"state.aside": "first", "state.aside.2": "second", "state.aside.3": "third"}


def test_a_state_that_cannot_be_set_aside_stops_the_job_by_name(tmp_path, monkeypatch):
    (tmp_path / "state").write_text("damaged")

    def fails(*what):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "rename", fails)
    with pytest.raises(StoreError, match=r"state: cannot be renamed: Read-only file system; move it away"):
        resume.Job(small_arm(), 0, "cpu", tmp_path / "state", {})
    assert (tmp_path / "state").read_text() == "damaged"


@pytest.mark.parametrize("what", ["file", "loop", "link to nothing"])
def test_a_folder_for_states_that_cannot_be_made_stops_the_job_before_it_trains(what, tmp_path):
    place = tmp_path / "states"
    place.write_text("") if what == "file" else IN_ITS_PLACE[what](place)
    with pytest.raises(StoreError, match=r"states: is a file where a folder is needed; move it away"):
        resume.Job(small_arm(), 0, "cpu", place / "a" / "seed_0", {})


FINISHED = {"epochs": 3, "n_max": 4}
AGAIN = {
    "unchanged": ({}, True, "again"),
    "unchanged, not delivered": ({}, False, "on"),
    "epochs raised": ({"epochs": 5}, True, "on"),
    "n_max raised": ({"n_max": 6}, True, "on"),
    "epochs without end": ({"epochs": None}, True, "on"),
    "n_max without end": ({"n_max": None}, True, "on"),
    "epochs raised, n_max lowered": ({"epochs": 5, "n_max": 3}, True, "aside"),
    "epochs lowered": ({"epochs": 2}, True, "aside"),
    "epochs lowered, not delivered": ({"epochs": 2}, False, "aside"),
    "another learning rate": ({"learning_rate": 0.3}, True, "aside"),
}


@pytest.mark.parametrize("change", AGAIN)
def test_a_state_serves_an_interrupted_job_or_a_longer_one_and_nothing_else(change, tmp_path, capsys):
    more, delivered, expected = AGAIN[change]
    arm = small_arm(threshold=0.0, updates_per_epoch=2, **FINISHED)
    first = resume.Job(arm, 0, "cpu", tmp_path / "state", made_by(arm))
    list(first.curriculum)
    (first.deliver if delivered else first.keep)()
    content = (tmp_path / "state").read_bytes()
    other = Arm.model_validate({**arm.canonical, **more})
    capsys.readouterr()
    second = resume.Job(other, 0, "cpu", tmp_path / "state", made_by(other))
    said = capsys.readouterr().err
    words = {"on": "going on after epoch 3 (part 2, ", "again": "from nothing", "aside": "set aside as"}
    assert words[expected] in said
    assert second.curriculum.epoch == (3 if expected == "on" else 0)
    assert len(second.parts) == (2 if expected == "on" else 1)
    left = tmp_path / ("state.aside" if expected == "aside" else "state")
    assert left.read_bytes() == content


def test_a_network_trained_again_is_compared_with_the_one_before(tmp_path, capsys):
    arm = small_arm(updates_per_epoch=2)
    for said in ("", "the network has the same bytes as before", "the network is not the one that it was"):
        job = resume.Job(arm, 0, "cpu", tmp_path / "state", made_by(arm))
        list(job.curriculum)
        if "not the one" in said:
            job.curriculum.network.newest.bias.data[0] += 1e-6
        capsys.readouterr()
        job.deliver()
        assert said in capsys.readouterr().err


HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def test_costs_add_up_over_the_parts_of_a_job(tmp_path):
    """Three parts, one of them after `epochs` was raised; Snakemake has measured the last alone."""
    place = tmp_path / "states" / "a" / "seed_0.safetensors"
    short, long = (small_arm(epochs=epochs, updates_per_epoch=2) for epochs in (2, 3))
    for arm, ends in ((short, False), (short, True), (long, True)):
        job = resume.Job(arm, 0, "cpu", place, made_by(arm))
        next(iter(job.curriculum), None)
        job.deliver() if ends else job.keep()
    kept = states.read(place)
    assert len(kept.journal.parts) == 3
    assert kept.journal.parts[0] != kept.journal.parts[1]

    folder = tmp_path / "benchmarks" / "train_network" / "a"
    folder.mkdir(parents=True)
    (folder / "seed_0.tsv").write_text(HEAD + "10\t0:0:10\t1\t1\t1\t1\t0\t0\t97\t9\n")
    (folder / "seed_1.tsv").write_text(HEAD + "20\t0:0:20\t1\t1\t1\t1\t0\t0\t97\t19\n")
    curves = resources.pd.DataFrame(
        {"arm": "a", "seed": [0, 0, 0, 1], "epoch": [1, 2, 3, 1], "n_tasks_solved": [0, 0, 1, 1]}
    )

    def collected():
        before = costs.before_the_last_part(tmp_path / "states", {"a": range(2)})
        table = resources.collect(tmp_path / "benchmarks", {"a": range(2)}, curves, before)
        return [table.loc[table["seed"] == seed].iloc[0] for seed in (0, 1)]

    (one, other), earlier = collected(), [asdict(part) for part in kept.journal.parts[:2]]
    assert one["n_parts"] == 3
    for key, last in (("seconds", 10), ("cpu_seconds", 9)):
        assert one[key] == pytest.approx(last + sum(part[key] for part in earlier))
    assert one["max_rss_mb"] == max(part["max_rss_mb"] for part in earlier) > 1
    assert one["seconds_per_task"] == one["seconds"]
    assert other[["seconds", "cpu_seconds", "max_rss_mb", "n_parts"]].tolist() == [20, 19, 1, 1]
    whole = place.read_bytes()
    for damage in (whole[:-1], b"", None):
        place.unlink() if damage is None else place.write_bytes(damage)
        assert collected()[0][["seconds", "n_parts"]].tolist() == [10, 1], damage
    place.write_bytes(whole)
    job = resume.Job(long, 0, "cpu", place, made_by(long))
    next(iter(job.curriculum))
    job.keep()
    assert collected()[0][["seconds", "n_parts"]].tolist() == [10, 1], "under way again"
    place.parent.joinpath("seed_1.safetensors").write_bytes(whole)
    assert collected()[1]["n_parts"] == 1, "the state of another seed"
