"""What is written comes back; what is damaged is refused by name; what was there before is unharmed."""

import contextlib
import dataclasses
import importlib
import json
import os
import pickle
import pkgutil
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import save, save_file

from modgrow import schemas
from modgrow.errors import StoreError
from modgrow.figures import style
from modgrow.learning.curriculum import Curriculum
from modgrow.model.growth import grow
from modgrow.model.trained import Trained
from modgrow.schemas.learning_curves import SCHEMA
from modgrow.store import checked, files, headers, networks, states, tables, weights
from tests import curves
from tests.conftest import small_arm
from tests.runs import ROOT

SHOWN = ROOT / "docs" / "first_run" / "tables"


@pytest.fixture(scope="module", params=["modular", "flat"])
def trained(request):
    flat = request.param == "flat"
    run = Curriculum(small_arm(flat=flat, units=10, epochs=4, updates_per_epoch=150, learning_rate=0.2), 0)
    list(run)
    return Trained.of(run, {"id": {"code": "abc"}})


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


def test_weights_read_without_torch_are_those_of_the_network(trained, path):
    read = weights.read(path)
    assert (read.seed, read.n_tasks_solved) == (0, trained.n_tasks_solved)
    assert read.provenance == {"id": {"code": "abc"}}
    for mine, theirs in zip(read.chain, trained.network.chain, strict=True):
        own = dict(theirs.named_parameters())
        assert mine.keys() == own.keys()
        for name, value in mine.items():
            np.testing.assert_array_equal(value, own[name].detach().numpy(), strict=True)


def test_modules_of_weights_are_counted_in_numbers(tmp_path):
    """Module 10 comes after module 9, not after module 1."""
    grown = Curriculum(small_arm(units=3, epochs=12), 0)
    while len(grown.network.chain) < 11:
        grow(grown.network, 0)
    for m, module in enumerate(grown.network.chain, 1):
        module.bias.data.fill_(m)
    trained = Trained.of(grown, {"id": {}})
    trained.n_solved = trained.network.n_newest
    networks.write(tmp_path / "n", trained)
    assert [module["bias"][0] for module in weights.read(tmp_path / "n").chain] == list(range(1, 12))


def test_weights_of_a_damaged_network_are_refused(trained, path):
    tensors, header = checked.read(path)
    tensors["chain.1.tau"][0] = torch.nan
    checked.write(path, tensors, header)
    with pytest.raises(StoreError, match=r"chain\.1\.tau has values that are not finite.*makes it again"):
        weights.read(path)
    networks.write(path, trained)
    flipped = bytearray(path.read_bytes())
    flipped[-1] ^= 1
    path.write_bytes(flipped)
    with pytest.raises(StoreError, match="its content is not what was written"):
        weights.read(path)


def test_arrays_are_written_as_tensors_are(path):
    """Referee: what safetensors writes for torch's own tensors."""
    tensors, header = checked.read(path)
    arrays, _ = checked.read(path, framework="numpy")
    checked.write(path.with_name("arrays"), arrays, header)
    text = json.dumps({**header, "digest": checked.digest(tensors, header)}, sort_keys=True)
    assert path.with_name("arrays").read_bytes() == save(tensors, {headers.METADATA_KEY: text})


def test_truncated_files_are_refused_by_name(path):
    whole = path.read_bytes()
    for tenth in range(10):
        path.write_bytes(whole[: len(whole) * tenth // 10])
        for read in (networks.read, weights.read):
            with pytest.raises(StoreError, match=r"seed_0\.safetensors: .*makes it again"):
                read(path)


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
    networks.write(tmp_path / "n", Trained.of(run, {}))
    read = networks.read(tmp_path / "n")
    assert read.diverged
    assert read.network.chain[0].bias.isnan().all()


def test_tables_come_back_with_what_made_them(tmp_path):
    path = tmp_path / "t.parquet"
    curves.write(path)
    pd.testing.assert_frame_equal(tables.read(path, SCHEMA), curves.curve())
    assert tables.provenance(path) == curves.made_by()


def test_the_same_table_is_the_same_bytes(tmp_path):
    curves.write(tmp_path / "one.parquet")
    shuffled = curves.curve()[sorted(SCHEMA.columns.names)].iloc[::-1].iloc[::-1].set_index("n").reset_index()
    curves.write(tmp_path / "two.parquet", shuffled)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_a_table_of_no_rows_keeps_its_columns_and_their_types(tmp_path):
    path = tmp_path / "t.parquet"
    curves.write(path, pd.DataFrame([], columns=SCHEMA.columns.names))
    assert pq.read_schema(path).equals(SCHEMA.columns, check_metadata=False)
    read = tables.read(path, SCHEMA)
    assert read.empty
    assert read.dtypes.equals(curves.curve().dtypes)


def rewritten(path, change=lambda table: table, said=None, **how):
    """Write the rows of a table again, otherwise packed or changed, under the digest that it had."""
    table, old = pq.read_table(path), pq.read_metadata(path).metadata[b"modgrow"]
    table = change(table)
    with pq.ParquetWriter(path, table.schema, store_schema=False, **how) as writer:
        writer.write_table(table, 7)
        writer.add_key_value_metadata({b"modgrow": old if said is None else said})


@pytest.mark.parametrize("codec", ["none", "zstd", "gzip"])
def test_the_digest_is_of_the_rows_and_not_of_how_they_are_packed(codec, tmp_path):
    curves.write(tmp_path / "t.parquet")
    rewritten(tmp_path / "t.parquet", compression=codec, use_dictionary=False, version="1.0")
    pd.testing.assert_frame_equal(tables.read(tmp_path / "t.parquet", SCHEMA), curves.curve())


def with_column(name, values):
    """A change of one column's values, and type."""

    def change(table):
        place = table.schema.get_field_index(name)
        field = pa.field(name, values.type, table.schema.field(name).nullable)
        return table.set_column(place, field, values)

    return change


N = 50
CHANGES = {
    "a row less": (lambda t: t[:-1], "content is not what was written"),
    "a row twice": (lambda t: pa.concat_tables([t, t[:1]]), "content is not|have the same arm, seed, epoch"),
    "rows in another order": (lambda t: t.take(list(range(N))[::-1]), "content is not what was written"),
    "another value": (with_column("n", pa.array([7] * N)), "content is not what was written"),
    "a value less": (with_column("loss", pa.array([None] + [0.5] * (N - 1))), "content is not what was wri"),
    "another arm": (with_column("arm", pa.array(["b"] * N)), "content is not what was written"),
    "beyond its range": (with_column("accuracy", pa.array([1.5] * N)), "accuracy has 1.5, must be at most 1"),
    "below its range": (with_column("seed", pa.array([-1] * N)), "seed has -1, must be at least 0"),
    "another type": (with_column("seed", pa.array(["0"] * N)), "column seed holds string in every row, must"),
    "a shorter type": (with_column("n", pa.array([2] * N, pa.int32())), "column n holds int32"),
    "lists": (with_column("n", pa.array([[2]] * N)), "column n holds list"),
    "times": (with_column("n", pa.array([2] * N, pa.timestamp("s"))), "column n holds timestamp"),
    "structs": (with_column("n", pa.array([{"a": 1}] * N)), "column n holds struct"),
    "no type": (with_column("loss", pa.nulls(N)), "column loss holds"),
    "a long text": (with_column("arm", pa.array(["b" * 10**6] * N)), "text of more than"),
    "a column less": (lambda t: t.drop_columns("n"), "its columns are arm, seed, epoch, loss"),
    "a column more": (lambda t: t.append_column("more", pa.array([1] * N)), "learnt_after, more, must be"),
    "a column twice": (lambda t: t.append_column("n", t["n"]), "learnt_after, n, must be"),
    "numbers for names": (lambda t: t.rename_columns([str(i) for i in range(12)]), "its columns are 0, 1, 2"),
    "null everywhere": (
        lambda t: t.cast(pa.schema([field.with_nullable(True) for field in t.schema])),
        "column arm holds string, must hold string in every row",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_that_was_changed_is_refused_by_name(change, tmp_path):
    path, (changed, reason) = tmp_path / "t.parquet", CHANGES[change]
    curves.write(path)
    rewritten(path, changed)
    with pytest.raises(
        StoreError, match=rf"t\.parquet: not a table of this project \([^\n]*{reason}"
    ) as told:
        tables.read(path, SCHEMA)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 600


def forged(said):
    """What a table says of itself, with a digest as right as a forger can make it."""
    return json.dumps(
        {"digest": "0" * 64, "place": "", "provenance": {"id": {}}, "table": "learning_curves"} | said
    )


SAYINGS = {
    "null": "says of itself",
    "[]": "says of itself",
    "{": "Expecting",
    "": "Expecting",
    '{"id": {}}': "says of itself",
    "[" * 100_000: "recursion",
    "[" * 100 + "]" * 100: "nested too deeply",
    "1" * 10_000: "digits",
    "\xff": "decode",
    forged({"provenance": None}): "does not say what made it",
    forged({"provenance": {}}): "does not say what made it",
    forged({"provenance": {"id": 3}}): "does not say what made it",
    forged({"provenance": {"id": {"seed": float("nan")}}}): "NaN",
    forged({"provenance": {"id": {}, "sources": [1]}}): "the sources that made it",
    forged({"provenance": {"id": {}, "versions": {"numpy": 2}}}): "the versions that made it",
    forged({"place": 3}): "no text",
    forged({"digest": None}): "no text",
    forged({"table": "pathways"}): "it is the table pathways, must be learning_curves",
    forged({}): "content is not what was written",
}


@pytest.mark.parametrize("said", SAYINGS, ids=lambda said: said[:40])
def test_a_forged_provenance_is_refused_in_one_line(said, tmp_path):
    path = tmp_path / "t.parquet"
    curves.write(path)
    rewritten(path, said=said.encode("latin-1"))
    with pytest.raises(StoreError, match=rf"t\.parquet: not a table of this project \([^\n]*{SAYINGS[said]}"):
        tables.read(path, SCHEMA)


def test_what_cannot_be_such_a_table_is_not_written(tmp_path):
    good = curves.curve()
    cases = {
        "lacks the columns": good.drop(columns="n"),
        "has the columns": good.assign(more=1),
        "non-nullable|lacks values": good.assign(n_solved=np.nan),
        "at most 1": good.assign(accuracy=2.0),
        "have the same arm, seed, epoch": good.assign(epoch=1),
        "truncated": good.assign(n=1.5),
        "Failed to parse": good.assign(n="two"),
        "text of more than": good.assign(arm="a" * 10**5),
    }
    for reason, case in cases.items():
        with pytest.raises((ValueError, TypeError), match=reason):
            curves.write(tmp_path / "t.parquet", case)
    with pytest.raises(ValueError, match="it is of arm a, seed 0, must be of b, 0"):
        curves.write(tmp_path / "learning_curves/b/seed_0.parquet")
    with pytest.raises(ValueError, match="rows of another seed than 1"):
        curves.write(tmp_path / "learning_curves/a/seed_1.parquet", provenance=curves.made_by(seed=1))
    with pytest.raises(ValueError, match="JSON compliant"):
        curves.write(tmp_path / "t.parquet", provenance={"id": {"rate": float("nan")}})
    assert not list(tmp_path.rglob("*.parquet"))


def place(folder, table="learning_curves", arm="a", seed=0):
    return folder / table / arm / f"seed_{seed}.parquet"


def test_a_table_in_the_place_of_another_is_refused(tmp_path):
    curves.write(place(tmp_path))
    curves.write(place(tmp_path, seed=1), curves.curve(seed=1), curves.made_by(seed=1))
    whole = {"id": {"seeds": {"a": 1}}}
    curves.write(tmp_path / "tables/learning_curves.parquet", provenance=whole)
    curves.write(tmp_path / "columns/learning_curves.parquet", provenance=whole)
    places = [*tmp_path.rglob("*.parquet"), tmp_path / "x/learning_curves/b/seed_0.parquet"]
    for mine in places[:-1]:
        assert len(tables.read(mine, SCHEMA)) == N
        for theirs in {*places} - {mine}:
            copied = tmp_path / "copy" / theirs.relative_to(tmp_path)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(mine, copied)
            with pytest.raises(StoreError, match=r"it was made as \S+, not as \S+\);"):
                tables.read(copied, SCHEMA)
    elsewhere = shutil.copy(places[0], tmp_path / "my_own.parquet")
    assert len(tables.read(elsewhere, SCHEMA)) == N


def test_a_network_in_the_place_of_another_is_refused(trained, tmp_path):
    trained = dataclasses.replace(trained, provenance=curves.made_by(**trained.network.arm.canonical))
    mine = tmp_path / "networks/a/seed_0.safetensors"
    networks.write(mine, trained)
    assert networks.read(mine).seed == 0
    for theirs in ("a/seed_1", "b/seed_0"):
        copied = tmp_path / f"networks/{theirs}.safetensors"
        copied.parent.mkdir(exist_ok=True)
        shutil.copy(mine, copied)
        with pytest.raises(StoreError, match=r"seed_.\.safetensors: .*it is of arm a, seed 0, must be of"):
            networks.read(copied)
        arm, seed = theirs.split("/seed_")
        with pytest.raises(
            StoreError, match=r"seed_.\.safetensors: made by other settings \((arm a|seed 0), now"
        ):
            headers.refuse_other_settings(copied, {"arm": arm, "seed": int(seed)})


def test_collecting_takes_every_part_once_and_none_of_other_settings(tmp_path):
    for seed in range(2):
        made_by = curves.made_by(seed=seed, units=5)
        curves.write(place(tmp_path, seed=seed), curves.curve(seed=seed), made_by)
    folder, planned = tmp_path / "learning_curves", {"a": {"id": {"settings": {"units": 5}}}}
    found = tables.collect(folder, SCHEMA, {"a": range(2)}, planned)
    assert found.groupby("seed").size().to_dict() == {0: N, 1: N}
    assert tables.collect(folder, SCHEMA, {}, {}).dtypes.equals(found.dtypes)
    with pytest.raises(StoreError, match=r"seed_2\.parquet: no such table"):
        tables.collect(folder, SCHEMA, {"a": range(3)}, planned)
    with pytest.raises(
        StoreError, match=r"seed_0\.parquet: made by other settings \(settings.units 5, now 6\);"
    ):
        tables.collect(folder, SCHEMA, {"a": range(2)}, {"a": {"id": {"settings": {"units": 6}}}})
    with pytest.raises(StoreError, match=r"seed_0\.parquet: made by other settings \(settings nothing, now"):
        tables.collect(folder, SCHEMA, {"a": range(2)}, {"a": {"network": {"settings": {"units": 6}}}})


UNITS = {"settings": {"units": 5}}


@pytest.mark.parametrize("made_by", [{"arms": {"a": UNITS["settings"]}}, {"planned": {"a": {"id": UNITS}}}])
def test_a_collected_table_of_other_settings_is_refused(made_by, tmp_path):
    path = tmp_path / "tables/learning_curves.parquet"
    curves.write(path, provenance={"id": made_by})
    assert len(tables.read(path, SCHEMA, {"a": {"units": 5}, "b": {"units": 6}})) == N
    with pytest.raises(StoreError, match=r"curves\.parquet: made by other settings \(units 5, now 6\);"):
        tables.read(path, SCHEMA, {"a": {"units": 6}})


@pytest.mark.parametrize(
    "identity", [{"planned": 3}, {"planned": {"a": {}}}, {"arms": []}, {"arms": {"a": 3}}]
)
def test_an_identity_of_odd_form_is_refused_in_one_line(identity, tmp_path):
    curves.write(tmp_path / "t.parquet", provenance={"id": identity})
    with pytest.raises(StoreError, match=r"t\.parquet: [^\n]*again$"):
        tables.read(tmp_path / "t.parquet", SCHEMA, {"a": {"units": 6}})


def test_a_file_is_made_again_as_its_run_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert headers.again("x.parquet") == "`rm x.parquet; snakemake --cores 1 x.parquet` makes it again"
    assert headers.mend("x.parquet") == "take it again from where it was made"
    made = "`rm results/tables/x.parquet; snakemake --cores 1 results/tables/x.parquet` makes it again"
    assert headers.mend("results/tables/x.parquet") == headers.again("results/tables/x.parquet") == made
    Path("out put").mkdir()
    Path("out put/.command").write_text("snakemake --configfile 'my settings.yaml'\n")
    target = "'out put/networks/a/seed_0.safetensors'"
    assert headers.again("out put/networks/a/seed_0.safetensors") == (
        f"`rm {target}; snakemake --configfile 'my settings.yaml' --cores 1 {target}` makes it again"
    )


def test_a_file_of_a_run_in_another_folder_is_made_again_from_anywhere(tmp_path, monkeypatch):
    folder = tmp_path / "else where"
    (folder / "results").mkdir(parents=True)
    command = f"snakemake --snakefile /p/Snakefile --directory '{folder}'"
    (folder / "results/.command").write_text(f"{command}\n")
    said = f"`rm '{folder}/results/x.parquet'; {command} --cores 1 results/x.parquet` makes it again"
    assert headers.again(folder / "results/x.parquet") == said
    monkeypatch.chdir(folder / "results")
    assert headers.again("x.parquet") == said


def test_bad_tables_are_refused_by_name(tmp_path):
    path = tmp_path / "t.parquet"
    with pytest.raises(StoreError, match=r"t\.parquet: no such table; `snakemake --cores 1 "):
        tables.read(path, SCHEMA)
    path.write_bytes(b"")
    with pytest.raises(StoreError, match=r"t\.parquet: not a table of this project \(its end is not that of"):
        tables.read(path, SCHEMA)
    curves.curve().to_parquet(path)
    with pytest.raises(StoreError, match=r"t\.parquet: .*\(it does not say what made it\)"):
        tables.read(path, SCHEMA)


KINDS = [module.name for module in pkgutil.iter_modules(schemas.__path__) if module.name != "evidence"]


@pytest.mark.parametrize("name", KINDS)
def test_every_schema_is_of_its_own_name_and_its_keys_and_ranges_are_columns(name):
    schema = importlib.import_module(f"modgrow.schemas.{name}").SCHEMA
    assert schema.name == name
    assert {*schema.keys, *schema.ranges} <= {*schema.columns.names}
    assert all(column.type in tables.KINDS for column in schema.columns)


@pytest.mark.parametrize("path", sorted(SHOWN.glob("*.parquet")), ids=lambda path: path.stem)
def test_the_committed_tables_are_what_their_schemas_say(path):
    schema = importlib.import_module(f"modgrow.schemas.{path.stem}").SCHEMA
    assert len(tables.read(path, schema)) == pq.read_metadata(path).num_rows


WRITERS = {
    "network": lambda path, trained: networks.write(path, trained),
    "state": lambda path, trained: states.write(path, states.State(trained)),
    "table": lambda path, trained: curves.write(path, curves.curve(epochs=9999)),
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
