"""Whatever is done to a file or a setting, the answer is one line that names it, and nothing is executed."""

import contextlib
import json
import os
import pickle
import re
import socket
import subprocess
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from modgrow import config
from modgrow.cli import inspection
from modgrow.config import Settings
from modgrow.errors import SettingsError, StoreError
from modgrow.learning.curriculum import Curriculum
from modgrow.model.trained import Trained
from modgrow.schemas.learning_curves import SCHEMA
from modgrow.store import checked, files, networks, states, tables
from tests import curves
from tests.conftest import small_arm
from tests.runs import ROOT

AS_IT_IS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
READERS = {
    "network": networks.read,
    "state": states.read,
    "table": lambda path: tables.read(path, SCHEMA),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A network, a state and a table, as bytes."""
    folder = tmp_path_factory.mktemp("whole")
    curriculum = Curriculum(small_arm(epochs=2, threshold=0.0), 0)
    list(curriculum)
    networks.write(folder / "network", Trained.of(curriculum, {"id": {"arm": "a"}}))
    states.write(folder / "state", curriculum.state({"id": {"arm": "a"}}))
    curves.write(folder / "table")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(kind, content, folder):
    """Whether the reader refuses this content with the promised line; else it must read."""
    path, message = folder / kind, ""
    path.write_bytes(content)
    try:
        READERS[kind](path)
    except StoreError as error:
        message = str(error)
    assert path.read_bytes() == content
    assert not message or (message.startswith(f"{path}: not a ") and "\n" not in message)
    return bool(message)


@pytest.mark.parametrize("kind", READERS)
def test_a_file_cut_short_anywhere_is_refused(kind, whole, tmp_path):
    lengths = [len(whole[kind]) * tenth // 10 for tenth in range(10)] + [1, 7, 8, 9, len(whole[kind]) - 1]
    assert all(refused(kind, whole[kind][:length], tmp_path) for length in lengths)


@pytest.mark.parametrize("kind", ["network", "state"])
def test_every_flipped_bit_is_found_unless_it_changes_nothing(kind, whole, tmp_path):
    """Every 13th byte; what is not refused is a space of the header that became another space."""
    content, found = whole[kind], Counter()
    header = 8 + int.from_bytes(content[:8], "little")
    for place in range(0, len(content), 13):
        flipped = bytearray(content)
        flipped[place] ^= 1 << (place % 8)
        part = "header" if place < header else "data"
        answer = "refused" if refused(kind, bytes(flipped), tmp_path) else "read"
        assert answer == "refused" or content[place : place + 1] == b" "
        found[part, answer] += 1
    print(f"{kind}: {dict(found)}")
    assert found["data", "read"] == 0
    assert found["header", "refused"] > 100


def test_every_flipped_bit_of_a_table_is_found_unless_it_changes_nothing(whole, tmp_path):
    """One bit of every third byte; what is not refused reads as what was written, in show too."""
    path, found = tmp_path / "table.parquet", Counter()
    path.write_bytes(whole["table"])
    written, shown = tables.read(path, SCHEMA), inspection.show(str(path))
    footer = len(whole["table"]) - 8 - int.from_bytes(whole["table"][-8:-4], "little")
    for place in range(0, len(whole["table"]), 3):
        flipped = bytearray(whole["table"])
        flipped[place] ^= 1 << (place % 8)
        path.write_bytes(flipped)
        with contextlib.suppress(StoreError):
            pd.testing.assert_frame_equal(tables.read(path, SCHEMA), written)
            assert inspection.show(str(path)) == shown
            found["footer" if place >= footer else "pages", "read"] += 1
            continue
        found["footer" if place >= footer else "pages", "refused"] += 1
    print(dict(found))
    assert found["pages", "refused"] > found["pages", "read"]
    assert found["footer", "refused"] > 100


@AS_IT_IS
@given(kind=st.sampled_from(sorted(READERS)), data=st.data())
def test_any_damage_is_refused_or_harmless(kind, data, whole, tmp_path):
    content = bytearray(whole[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    refused(kind, bytes(content), tmp_path)


@AS_IT_IS
@given(kind=st.sampled_from(sorted(READERS)), content=st.binary(max_size=200))
def test_any_bytes_are_refused(kind, content, tmp_path):
    assert refused(kind, content, tmp_path)


def safetensors(header, data=b""):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


HUGE = {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}
PROMISES = {
    "a shape of terabytes": safetensors({"chain.1.tau": HUGE}),
    "a shape of terabytes without data": safetensors({"chain.1.tau": {**HUGE, "data_offsets": [0, 0]}}),
    "a shape beyond 64 bits": safetensors({"chain.1.tau": {**HUGE, "shape": [2**62, 2**62]}}),
    "a negative shape": safetensors({"chain.1.tau": {**HUGE, "shape": [-1]}}),
    "a header of terabytes": (2**42).to_bytes(8, "little") + b"{}",
    "a header as deep as the stack": safetensors({"__metadata__": {"modgrow": "[" * 100_000}}),
    "a header that is a list": safetensors({"__metadata__": {"modgrow": "[]"}}),
    "no header": safetensors({}),
}


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("kind", ["network", "state"])
def test_promises_of_terabytes_are_refused(kind, promise, tmp_path):
    assert refused(kind, PROMISES[promise], tmp_path)


def memory_of(*command):
    """Exit status, errors, and the most memory in MB that `python -m modgrow` took."""
    code = """if True:
        import resource, subprocess, sys
        run = subprocess.run([sys.executable, "-m", "modgrow", *sys.argv[1:]])
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
        sys.exit(run.returncode)"""
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, command)], cwd=ROOT, text=True, capture_output=True, timeout=60
    )
    return run.returncode, run.stderr, int(run.stdout.split()[-1])


def named(arm):
    """One row of an arm of this name."""
    return SCHEMA.table(curves.curve(epochs=1)).set_column(0, SCHEMA.columns.field(0), [[arm]])


HOSTILE = {
    "equal rows": lambda said: (SCHEMA.table(curves.curve(epochs=1)).take(np.zeros(1_000_000, int)), said),
    "too many rows": lambda said: (pa.table({"arm": pa.array(np.zeros(30_000_000, int))}), said),
    "a long text": lambda said: (named("a" * 2**26), said),
    "many columns": lambda said: (pa.table({f"c{i}": [1] for i in range(20_000)}), said),
    "long metadata": lambda said: (pa.table({"arm": [1]}), b" " * 2**27),
    "deep metadata": lambda said: (pa.table({"arm": [1]}), b"[" * 10**6),
    "deep columns": lambda said: (pa.table({"arm": pa.array([None], deep(90))}), said),
}


def deep(levels):
    kind = pa.int64()
    for _ in range(levels):
        kind = pa.struct([("inner", kind)])
    return kind


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_table_takes_little_memory_and_one_line(hostile, whole, tmp_path):
    path = tmp_path / "table.parquet"
    path.write_bytes(whole["table"])
    table, said = HOSTILE[hostile](pq.read_metadata(path).metadata[b"modgrow"])
    with pq.ParquetWriter(path, table.schema, compression="zstd", store_schema=False) as writer:
        for _ in range(10 if hostile == "equal rows" else 1):
            writer.write_table(table)
        writer.add_key_value_metadata({b"modgrow": said})
    status, told, megabytes = memory_of("show", path)
    assert status == 1
    assert re.fullmatch(rf"error: {path}: not a (whole )?table .*\n", told)
    assert megabytes < 400


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path):
    (tmp_path / "folder.parquet").mkdir()
    os.mkfifo(tmp_path / "pipe.parquet")
    os.mkfifo(tmp_path / "pipe.safetensors")
    (tmp_path / "link.parquet").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.parquet"))
        for path in tmp_path.iterdir():
            with pytest.raises(StoreError, match=r"it is a (folder|pipe, socket or device)"):
                inspection.show(str(path))


class Payload:
    """Unpickling this makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("kind", READERS)
def test_a_pickle_with_the_right_name_is_refused_and_not_executed(kind, whole, tmp_path):
    owned = str(tmp_path / "owned")
    payload = pickle.dumps(Payload(owned))
    assert refused(kind, payload, tmp_path)
    assert refused(kind, whole[kind] + payload, tmp_path) or kind == "table"
    assert not os.path.exists(owned)
    pickle.loads(payload)
    assert os.path.exists(owned), "the payload would have done nothing anyway"


def test_a_network_of_another_architecture_is_refused(whole, tmp_path):
    (tmp_path / "network").write_bytes(whole["network"])
    tensors, header = checked.read(tmp_path / "network")
    for change in ({"architecture": "flat", "growth": None, "pool_batches": "fresh"}, {"units": 6}):
        checked.write(tmp_path / "network", tensors, {**header, "arm": {**header["arm"], **change}})
        with pytest.raises(StoreError, match="network: not a network of this project"):
            networks.read(tmp_path / "network")


NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -1, 0, 1e308, float("nan"), float("inf")])
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([*sorted(Settings.model_fields), "defaults", "else"]), ANYTHING)
@example("arms", {"\n": None})
@example("arms", {"\ud800": {}})
@example("duplication", {"\x1b[2J": []})
def test_any_value_of_any_top_level_key_is_taken_or_refused_with_the_keys_name(key, value):
    message = ""
    try:
        assert isinstance(config.check({"arms": {"a": {"units": 5}}, key: value}), Settings)
    except SettingsError as error:
        message = str(error)
    assert not message or (key in message and message.isprintable() and len(message) <= 300)


@AS_IT_IS
@given(text=st.text(max_size=30) | st.text("[]{}:,-!&*?|>'\"#%@`0123abc \n", max_size=30))
def test_any_text_is_a_mapping_or_refused_by_the_files_name(text, tmp_path):
    path, message = tmp_path / "settings.yaml", ""
    path.write_text(text, encoding="utf-8")
    try:
        assert isinstance(config.read_yaml(path), dict)
    except SettingsError as error:
        message = str(error)
    assert not message or (message.startswith(f"{path}: ") and message.isprintable())


@pytest.mark.parametrize(
    "text", ["a: 2001-99-99", "[" * 1500, "a: !!python/object/apply:os.getcwd []", "a: !!int x", "\x00"]
)
def test_yaml_that_cannot_be_read_is_refused_and_not_executed(text, tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"settings\.yaml: (not valid YAML|is a )"):
        config.read_yaml(path)


NAMES = [
    "a; touch owned",
    "$(touch owned)",
    "`touch owned`",
    "../a",
    "a/b",
    "-rf",
    ".hidden",
    "a" * 65,
    "",
    "é",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_a_shell_or_a_path_could_take_otherwise_are_refused(name):
    with pytest.raises(SettingsError, match="arms"):
        config.check({"arms": {name: {"units": 5}}})
    if name not in ("../a", "a/b", "-rf", ".hidden", "a" * 65):
        with pytest.raises(SettingsError, match="results"):
            config.check({"arms": {"a": {"units": 5}}, "results": name})


def test_a_file_in_place_of_the_results_folder_is_named(tmp_path):
    (tmp_path / "results").write_text("mine")
    with pytest.raises(StoreError, match=r"results: is a file where a folder is needed; move it away"):
        files.refuse_unwritable(tmp_path / "results" / "small")
    files.refuse_unwritable(tmp_path / "other" / "small")
    assert not (tmp_path / "other").exists()


def test_a_results_folder_that_is_read_only_is_named(tmp_path):
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k,ro", "tmpfs", str(tmp_path)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root can mount a read-only folder that root cannot write to either")
    try:
        with pytest.raises(StoreError, match="cannot be written to; mend its permissions"):
            files.refuse_unwritable(tmp_path / "results")
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)
