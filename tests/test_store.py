"""What is written comes back; what is damaged is refused by name; what was there before is unharmed."""

import contextlib
import os
import pickle
import resource
import subprocess
import tempfile

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from modgrow.errors import StoreError
from modgrow.figures import style
from modgrow.learning.curriculum import Curriculum
from modgrow.store import checked, files, networks, states, tables
from tests.conftest import small_arm


@pytest.fixture(scope="module", params=["modular", "flat"])
def trained(request):
    flat = request.param == "flat"
    run = Curriculum(small_arm(flat=flat, units=10, epochs=4, updates_per_epoch=150, learning_rate=0.2), 0)
    list(run)
    return networks.Trained.of(run, {"id": {"code": "abc"}})


@pytest.fixture
def path(trained, tmp_path):
    networks.write(tmp_path / "seed_0.safetensors", trained)
    return tmp_path / "seed_0.safetensors"


def test_a_network_comes_back_to_the_bit(trained, path):
    read = networks.read(path)
    assert read.network.arm == trained.network.arm
    assert (read.seed, read.n_solved) == (0, trained.n_solved)
    assert read.provenance == {"id": {"code": "abc"}}
    pairs = [(read.network, trained.network)]
    pairs += [(read.snapshots[n], trained.snapshots[n]) for n in trained.snapshots]
    assert list(read.snapshots) == list(trained.snapshots)
    for mine, theirs in pairs:
        assert mine.state_dict().keys() == theirs.state_dict().keys()
        for name, value in theirs.state_dict().items():
            assert torch.equal(mine.state_dict()[name], value)
    for mine, theirs in zip(read.network.chain, trained.network.chain, strict=True):
        assert mine.start.keys() == theirs.start.keys()
        assert all(torch.equal(mine.start[name], value) for name, value in theirs.start.items())


def test_truncated_files_are_refused_by_name(path):
    whole = path.read_bytes()
    for tenth in range(10):
        path.write_bytes(whole[: len(whole) * tenth // 10])
        with pytest.raises(StoreError, match=r"seed_0\.safetensors: .*makes it again"):
            networks.read(path)


def test_wrong_shapes_and_wrong_values_are_refused_by_name(path):
    tensors, header = checked.read(path)
    shown = [name for name in tensors if name.startswith("chain.1.") and "start" not in name]
    cases = {
        "tau is missing|n_solved is": {k: v for k, v in tensors.items() if k != "chain.1.tau"},
        r"tau is \(11,\)": {**tensors, "chain.1.tau": torch.ones(11)},
        "not finite": {**tensors, "chain.1.bias": torch.full((10,), torch.nan)},
        "other has no place": {**tensors, "other": torch.ones(1)},
        "float64": {**tensors, "chain.1.bias": torch.ones(10, dtype=torch.float64)},
        "newest head stands|is missing": {k.replace("chain.1.", "chain.4."): v for k, v in tensors.items()},
        r"start\.tau is": {**tensors, "chain.1.start.tau": torch.ones(11)},
        "has no place": {
            **tensors,
            **{f"solved.99.{k}": v.clone() for k, v in tensors.items() if k in shown},
        },
    }
    for reason, case in cases.items():
        checked.write(path, case, header)
        with pytest.raises(StoreError, match=rf"seed_0\.safetensors: not a network of .*{reason}"):
            networks.read(path)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("n_solved", 99, "n_solved is 99"),
        ("n_solved", "4", "n_solved: is '4'"),
        ("seed", -1, "seed: is -1"),
        ("seed", None, "seed: is None"),
        ("diverged", "no", "diverged: is 'no'"),
        ("arm", {"units": 5}, "modules?|is"),
        ("arm", [], "arm: is"),
        ("provenance", 3, "provenance: is 3"),
        ("more", 3, "more: unknown key"),
    ],
)
def test_wrong_headers_are_refused_by_name(path, key, value, reason):
    tensors, header = checked.read(path)
    checked.write(path, tensors, {**header, key: value})
    with pytest.raises(StoreError, match=rf"seed_0\.safetensors: not a network of .*{reason}"):
        networks.read(path)


def test_files_of_other_kinds_are_refused_by_name(path):
    save_file({"chain.1.tau": torch.ones(10)}, path, {})
    with pytest.raises(StoreError, match="not a network"):
        networks.read(path)
    path.write_bytes(pickle.dumps(os.getcwd))
    with pytest.raises(StoreError, match="not a whole network file"):
        networks.read(path)
    with pytest.raises(StoreError, match="no such network; `snakemake"):
        networks.read(path.with_name("none"))


def test_a_diverged_network_can_still_be_read(tmp_path):
    run = Curriculum(small_arm(epochs=2), 0)
    run.network.newest.bias.data.fill_(float("nan"))
    list(run)
    assert run.diverged
    networks.write(tmp_path / "n", networks.Trained.of(run, {}))
    read = networks.read(tmp_path / "n")
    assert read.diverged
    assert read.network.chain[0].bias.isnan().all()


def test_tables_come_back_with_what_made_them(tmp_path):
    table = pd.DataFrame({"arm": ["a", "b"], "seed": [0, 1], "accuracy_previous": [np.nan, 0.5]})
    tables.write(tmp_path / "t.parquet", table, {"id": {"code": "abc"}})
    pd.testing.assert_frame_equal(tables.read(tmp_path / "t.parquet", ["arm"]), table)
    assert tables.provenance(tmp_path / "t.parquet") == {"id": {"code": "abc"}}
    assert len(tables.read_all([tmp_path / "t.parquet"] * 2)) == 4


def test_bad_tables_are_refused_by_name(tmp_path):
    path = tmp_path / "t.parquet"
    with pytest.raises(StoreError, match=r"t\.parquet: no such table"):
        tables.read(path)
    path.write_bytes(b"")
    with pytest.raises(StoreError, match=r"t\.parquet: not a readable Parquet table"):
        tables.read(path)
    tables.write(path, pd.DataFrame({"arm": ["a"]}))
    with pytest.raises(StoreError, match=r"t\.parquet: lacks the column seed; `rm .*` makes it again"):
        tables.read(path, ["arm", "seed"])
    tables.write(path, pd.DataFrame({"arm": ["a"], "seed": ["first"]}))
    with pytest.raises(StoreError, match=r"t\.parquet: the column seed does not hold numbers"):
        tables.read_all([path], ["arm", "seed"])
    tables.write(path, pd.DataFrame({"arm": ["a"], "seed": [1]}).iloc[:0])
    assert tables.read(path, ["arm", "seed"]).empty
    assert tables.read_all([path], ["arm", "seed"]).empty


WRITERS = {
    "network": lambda path, trained: networks.write(path, trained),
    "state": lambda path, trained: states.write(path, states.State(trained)),
    "table": lambda path, trained: tables.write(path, pd.DataFrame({"n": range(99_999)})),
    "figure": lambda path, trained: style.save(style.new_figure(1.0, 1.0)[0], path, path),
}


@contextlib.contextmanager
def small_files_only():
    """No file of this process may pass a thousand bytes: its own output neither, so only around a write."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture(params=["file size", "full disk"])
def little_room(request, tmp_path):
    """A folder, and a context in which a thousand bytes can be written there, and no more."""
    if request.param == "file size":
        yield tmp_path, small_files_only()
        return
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(tmp_path)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small file system can be mounted by root alone")
    yield tmp_path, contextlib.nullcontext()
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_write_that_finds_no_room_leaves_the_old_file_and_no_rubbish(writer, trained, little_room):
    folder, no_room = little_room
    path = folder / "result.svg"
    path.write_text("old")
    with (
        no_room,
        pytest.raises(StoreError, match=r"result\.svg: cannot be written: .*(File too large|No space left)"),
    ):
        WRITERS[writer](path, trained)
    assert path.read_text() == "old"
    assert [p.name for p in folder.iterdir()] == ["result.svg"]


@pytest.mark.parametrize("call", ["mkstemp", "fsync", "chmod", "replace"])
def test_a_write_that_fails_at_any_step_leaves_the_old_file_and_no_rubbish(call, tmp_path, monkeypatch):
    path = tmp_path / "result"
    files.write(path, lambda temporary: temporary.write_text("old"))

    def fails(*what, **more):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(tempfile if call == "mkstemp" else os, call, fails)
    with pytest.raises(StoreError, match=r"result: cannot be written: Input/output error; mend that"):
        files.write(path, lambda temporary: temporary.write_text("new"))
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["result"]


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "results").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        files.write(tmp_path / "results" / "x", lambda temporary: None)
