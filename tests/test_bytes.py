"""The same bytes whether a job compiles the kernels, loads them or was killed in between, wherever it runs.

Networks are trained by the real script in processes of their own, and compared byte by byte.
"""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import torch
from threadpoolctl import threadpool_limits

from modgrow import machine, source
from modgrow.cli import inspection, why
from modgrow.errors import ModgrowError
from modgrow.experiments.autocorrelation import LagSums
from modgrow.learning.curriculum import Curriculum
from modgrow.model import compiled, kernels
from modgrow.model.trained import Trained
from modgrow.store import checked, networks
from tests.conftest import small_arm
from tests.runs import ROOT

SMALL = "modgrow.experiments.autocorrelation"  # the module whose kernels compile fastest
ARMS = {
    "modular": small_arm(units=10, threshold=0.5),
    "flat": small_arm(flat=True, units=12, threshold=0.0, epochs=8, updates_per_epoch=10),
}
x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="names kernels of x86")


def train(folder, kind="modular", threads=1, root=ROOT, cache=True, **variables):
    """The job: command and environment of the training script, with nothing of the tests' own environment."""
    script = "workflow/scripts/train_network.py"
    identity = {"arm": "a", "code": source.digest(ROOT / script), "seed": 0, "settings": ARMS[kind].canonical}
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(root / script), "--id", json.dumps(identity)]
    command += ["--threads", str(threads), "--device", "cpu", "--network", str(folder / "n.safetensors")]
    command += ["--curve", str(folder / "c.parquet"), "--state", str(folder / "s.safetensors")]
    basics = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(root)}
    if cache:
        basics["NUMBA_CACHE_DIR"] = os.environ["NUMBA_CACHE_DIR"]
    return {"args": command, "cwd": folder, "env": {**basics, **variables}}


def finish(folder, *arguments, **named):
    """Train, and return the bytes of network and curve, and what was said."""
    job = subprocess.run(**train(folder, *arguments, **named), text=True, capture_output=True)
    assert job.returncode == 0, job.stderr
    return [(folder / name).read_bytes() for name in ("n.safetensors", "c.parquet")], job.stderr


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The bytes of either kind, trained with the kernels of this session."""
    return {kind: finish(tmp_path_factory.mktemp(kind), kind)[0] for kind in ARMS}


SURROUNDINGS = [
    ("modular", {"PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0"}),
    ("modular", {"threads": 2, "NUMBA_OPT": "0", "NUMBA_BOUNDSCHECK": "1", "LC_ALL": "de_DE.UTF-8"}),
    (
        "flat",
        {"threads": 4, "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4", "NUMBA_LOOP_VECTORIZE": "0"},
    ),
]


@pytest.mark.parametrize(
    ("kind", "surroundings"), SURROUNDINGS, ids=["optimised", "told otherwise", "threads"]
)
def test_the_surroundings_of_a_job_change_no_byte(kind, surroundings, expected, tmp_path):
    assert finish(tmp_path, kind, **surroundings)[0] == expected[kind]


@pytest.fixture
def copy(tmp_path):
    """A fresh checkout of what training needs, without kernels."""
    for name in ("modgrow", "workflow"):
        shutil.copytree(ROOT / name, tmp_path / "it" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "it"


def kernel_files(folder):
    return sorted(folder.rglob("*.kernels"))


def test_killed_while_compiling_then_compiled_then_loaded(copy, expected, tmp_path):
    given = {"root": copy, "cache": False, "NUMBA_OPT": "0"}  # what the first process is told reaches nobody
    job = subprocess.Popen(**train(tmp_path / "n", **given), start_new_session=True, stderr=subprocess.PIPE)
    process = psutil.Process(job.pid)
    while not process.children() and job.poll() is None:
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(job.pid, signal.SIGKILL)
    job.communicate()
    assert kernel_files(tmp_path) == []
    given.pop("NUMBA_OPT")
    found, said = finish(tmp_path / "n", **given)
    assert found == expected["modular"], "compiled by this job"
    (kept,) = kernel_files(tmp_path)
    assert "kept in none" not in said
    assert kept.parent == copy / "modgrow/model/__pycache__"
    stamp = kept.stat().st_mtime_ns
    assert finish(tmp_path / "again", **given)[0] == expected["modular"], "loaded"
    assert kept.stat().st_mtime_ns == stamp


@pytest.mark.parametrize("kind", ARMS)
def test_a_notebook_trains_the_tensors_of_the_script(kind, expected, tmp_path):
    """With as many threads as torch likes, which `Curriculum` leaves alone, and tiny numbers flushed."""
    (tmp_path / "n").write_bytes(expected[kind][0])
    torch.set_num_threads(4)
    torch.set_flush_denormal(True)
    try:
        curriculum = Curriculum(ARMS[kind], 0)
        list(curriculum)
        assert torch.tensor([1e-40]).mul(1).item() == 0, "the process's own setting was changed"
    finally:
        torch.set_num_threads(1)
        torch.set_flush_denormal(False)
    theirs = checked.read(tmp_path / "n")[0]
    ours = networks.pack(Trained.of(curriculum, {}))[0]
    assert theirs.keys() == ours.keys()
    assert all(torch.equal(theirs[name], value) for name, value in ours.items())


@pytest.mark.parametrize("before", [False, True])
def test_tiny_numbers_are_what_the_kernel_wants_and_then_what_they_were(before):
    tiny = torch.tensor([1e-40])
    torch.set_flush_denormal(before)
    try:
        for zero in (False, True):
            with kernels.tiny_numbers(zero=zero):
                assert (tiny * 1 == 0).item() == zero
            assert (tiny * 1 == 0).item() == before
    finally:
        torch.set_flush_denormal(False)


@pytest.mark.parametrize("units", [5, 20, 91, 128])
def test_recordings_have_the_same_bytes_on_any_number_of_threads(units, rng):
    curriculum = Curriculum(small_arm(flat=True, units=units), 0)
    bits = torch.from_numpy(rng.integers(0, 2, (40, 20)).astype(np.float32))
    initial = torch.from_numpy(rng.random((units, 20)).astype(np.float32))
    found = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            found.append(curriculum.network.newest.states(bits, initial, None))
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])


# Other processors, other libraries: named, and never mixed.


@x86
def test_another_blas_kernel_is_named_and_its_state_set_aside(expected, tmp_path):
    (other, _), said = finish(tmp_path / "b", OPENBLAS_CORETYPE="Nehalem")
    (tmp_path / "a.safetensors").write_bytes(expected["modular"][0])
    report = inspection.compare(str(tmp_path / "a.safetensors"), str(tmp_path / "b/n.safetensors"))
    assert "BLAS and its kernel for this processor, in numpy: openblas " in report
    assert report.splitlines()[1].endswith(" Nehalem")
    assert len(report.splitlines()) == 3, "no kernel of training calls BLAS"
    found, said = finish(tmp_path / "b")
    assert "set aside" in said
    assert "machine.blas.numpy" in said
    assert found == expected["modular"]
    assert why._causes(tmp_path / "b/n.safetensors", "train_network.py", _id(other)) == []


def _id(network: bytes) -> dict:
    size = int.from_bytes(network[:8], "little")
    header = json.loads(json.loads(network[8 : 8 + size])["__metadata__"]["modgrow"])
    return header["provenance"]["id"]


PLAY = """
import json, numpy as np
from modgrow import machine
from modgrow.experiments.autocorrelation import LagSums, _add_products
from modgrow.model import compiled
sums = LagSums(3)
sums.add(np.sin(np.arange(600.0).reshape(300, 2) ** 2))
path = str(compiled.load(_add_products.__module__))
print(json.dumps([machine.described(("numba",)), path, sums.autocovariance().tolist()]))
"""


def play(root=ROOT, **variables):
    """What a process with a small kernel says: its machine, the file of machine code, and numbers."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), **variables}
    job = subprocess.run(
        [sys.executable, "-c", PLAY], cwd=root, env=environment, text=True, capture_output=True
    )
    assert job.returncode == 0, job.stderr
    return *json.loads(job.stdout), job.stderr


@x86
def test_a_job_on_another_type_of_processor_compiles_for_that_one_and_says_so(tmp_path):
    others = {}, {"NUMBA_CPU_NAME": "generic"}, {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": "+sse4.2"}
    found = [play(NUMBA_CACHE_DIR=str(tmp_path), **other) for other in others]
    machines, paths, values, _ = zip(*found, strict=True)
    assert [one["processor"] for one in machines[1:]] == ["generic", "nehalem"]
    assert len({one["features"] for one in machines}) == 3
    assert len(set(paths)) == 3  # this machine's own may be kept beside the source already
    assert set(map(str, paths[1:])) <= set(map(str, kernel_files(tmp_path)))
    assert np.allclose(values[0], values[1])
    assert np.allclose(values[0], values[2])


def test_where_kernels_can_be_kept_nowhere_a_job_says_so_and_computes_the_same(copy, tmp_path):
    for path in (copy / "modgrow/experiments/__pycache__", tmp_path / "home"):
        path.write_text("a file where a folder is needed")
    for home in (str(tmp_path / "home"), "/proc", "/dev/null"):
        _, path, numbers, said = play(copy, HOME=home, PYTHONDONTWRITEBYTECODE="1")
        assert path == "None"
        assert said.startswith("the compiled kernels can be kept in none of ")
        assert len(said.splitlines()) == 2, "once when it computes, once when it is asked for the path"
        assert numbers == play(NUMBA_CACHE_DIR=str(tmp_path / "kept"))[2]


def test_what_is_said_of_the_machine_names_neither_host_nor_time():
    said = machine.described(("numba", "torch", "scipy"))
    assert said == machine.described(("numba", "torch", "scipy"))
    assert set(said) == {"blas", "processor", "features", "torch"}
    assert {"numpy", "scipy"} == set(said["blas"]) or set(said["blas"]) == {"shared"}
    assert platform.node() not in json.dumps(said)


def test_a_variable_that_chooses_kernels_is_named(monkeypatch):
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    assert machine.described(())["environment"] == {"MKL_CBWR": "COMPATIBLE"}


# Keeping machine code: whole or not at all, and only our own.


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Two folders for kernels, and a stand-in for the child that counts how often it compiled."""
    count = []
    monkeypatch.setattr(compiled, "_folders", lambda module: [tmp_path / "first", tmp_path / "second"])
    monkeypatch.setattr(
        compiled, "_compiled_by_a_child", lambda *given: count.append(given) or b"machine code"
    )
    return tmp_path, count


def test_machine_code_is_kept_in_the_first_folder_and_found_again(places):
    folder, count = places
    for _ in range(3):
        assert compiled._kept_or_compiled("modgrow.x", "k")[0] == b"machine code"
    assert len(count) == 1
    assert kernel_files(folder) == [folder / "first/x-k.kernels"]


DAMAGE = {
    "empty": lambda whole: b"",
    "truncated": lambda whole: whole[:-3],
    "longer": lambda whole: whole + b"x",
    "a bit": lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
    "garbage": lambda whole: bytes(range(256)),
    "of another key": lambda whole: compiled._sealed("other", b"machine code of another"),
    "no seal": lambda whole: b"machine code",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_machine_code_is_compiled_anew_in_its_place(damage, places):
    _, count = places
    path = compiled._kept_or_compiled("modgrow.x", "k")[1]
    whole = path.read_bytes()
    path.write_bytes(DAMAGE[damage](whole))
    assert compiled._kept_or_compiled("modgrow.x", "k") == (b"machine code", path)
    assert path.read_bytes() == whole
    assert len(count) == 2


@pytest.mark.parametrize("obstacle", ["a folder in place of the file", "a file in place of the folder"])
def test_an_obstacle_in_one_folder_leads_to_the_next(obstacle, places):
    folder, count = places
    if obstacle == "a file in place of the folder":
        (folder / "first").write_text("")
    else:
        (folder / "first/x-k.kernels").mkdir(parents=True)
    for _ in range(2):
        found = compiled._kept_or_compiled("modgrow.x", "k")
        assert found == (b"machine code", folder / "second/x-k.kernels")
    assert len(count) == 1


def test_a_pipe_in_place_of_machine_code_is_not_waited_for(places):
    folder, _ = places
    (folder / "first").mkdir()
    os.mkfifo(folder / "first/x-k.kernels")
    assert compiled._kept_or_compiled("modgrow.x", "k")[0] == b"machine code"


def test_a_lock_that_nobody_gives_back_delays_but_stops_nobody(places, monkeypatch):
    folder, _ = places
    monkeypatch.setattr(compiled, "PATIENCE", 0.1)
    with compiled._alone([folder / "first/x-k.kernels", folder / "second/x-k.kernels"]):
        assert compiled._kept_or_compiled("modgrow.x", "k")[0] == b"machine code"


@pytest.mark.parametrize(
    ("child", "words"),
    [
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL ended the process that does it"),
        ("print('x'); raise MemoryError('no memory')", "cannot be compiled: MemoryError: no memory"),
        ("print('x')", "cannot be compiled: "),
    ],
)
def test_a_child_that_fails_is_one_line(child, words, monkeypatch):
    monkeypatch.setattr(compiled, "CHILD", child)
    with pytest.raises(ModgrowError, match=words) as raised:
        compiled._compiled_by_a_child(SMALL, "k")
    assert "\n" not in str(raised.value)


def test_a_child_knows_nothing_of_what_changes_machine_code(monkeypatch):
    for name in ("NUMBA_OPT", "NUMBA_DEBUG", "PYTHONOPTIMIZE", "LC_NUMERIC"):
        monkeypatch.setenv(name, "1")
    told = compiled._environment()
    assert not {"NUMBA_OPT", "NUMBA_DEBUG", "PYTHONOPTIMIZE", "LC_NUMERIC"} & set(told)
    assert (told["NUMBA_CPU_NAME"], told["NUMBA_CPU_FEATURES"]) == machine.processor()


def test_without_a_compiler_importing_works_and_training_is_refused_in_one_line(tmp_path):
    job = subprocess.run(**train(tmp_path, NUMBA_DISABLE_JIT="1"), text=True, capture_output=True)
    assert job.returncode == 1
    assert job.stderr.splitlines()[-1].startswith("error: NUMBA_DISABLE_JIT is set: ")
    assert "Traceback" not in job.stderr


def test_importing_compiles_and_writes_nothing(tmp_path):
    code = "import modgrow.learning.curriculum, modgrow.experiments.timescales"
    environment = {"PATH": os.environ["PATH"], "NUMBA_CACHE_DIR": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_kernel_refuses_other_types_instead_of_compiling_for_them():
    sums = LagSums(2)
    sums.add(np.ones((5, 2)))
    from modgrow.experiments.autocorrelation import _add_products

    with pytest.raises(TypeError, match="No matching definition"):
        _add_products(np.zeros((3, 2), np.float32), np.ones((5, 2), np.float32), 5)
