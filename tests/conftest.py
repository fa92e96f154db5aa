"""What all tests share: shapes are checked at run time, and no test may touch a global generator.

Tests begin without compiled kernels: who needs them first has them compiled, into a folder of this session.
Where several processes run tests, those of a file run in one, and what all need is made once for all.
"""

import os
import shutil
import tempfile

import jaxtyping

if "NUMBA_CACHE_DIR" not in os.environ:  # else it is the user's, or that of the process that started this one
    _kernels = tempfile.TemporaryDirectory(prefix="modgrow-kernels-")
    os.environ["NUMBA_CACHE_DIR"] = _kernels.name

jaxtyping.install_import_hook(
    [
        "modgrow.model.dynamics",
        "modgrow.model.network",
        "modgrow.model.growth",
        "modgrow.model.heads",
        "modgrow.learning",
        "modgrow.controls",
        "modgrow.experiments.drive",  # not autocorrelation: numba does not compile a wrapped function
        "modgrow.experiments.perturbation",
        "modgrow.experiments.conservation",
        "modgrow.experiments.fits",
        "modgrow.experiments.starts",
        "modgrow.experiments.generalisation",
        "modgrow.experiments.timescales",
    ],
    "beartype.beartype",
)

import hypothesis  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402
from filelock import FileLock  # noqa: E402

from modgrow.arm import Arm  # noqa: E402
from tests.runs import checkout, snakemake  # noqa: E402

torch.set_num_threads(1)


def pytest_xdist_auto_num_workers(config):
    """A process for each core to run all tests, but this one alone to run those of files that are named."""
    return None if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


def pytest_collection_modifyitems(items):
    """Files that run Snakemake take longest and come first, so that processes end together."""
    long = {item.path for item in items if item.get_closest_marker("workflow")}
    items.sort(key=lambda item: item.path not in long)


# The same examples in every run; `make explore` looks for new ones, and prints how to see a failure again.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", max_examples=3000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("same")


@pytest.fixture(autouse=True)
def no_global_randomness():
    """Fail any test in which the global generator of NumPy or torch moves.

    Python's own is moved by beartype, which samples containers; `test_layers.py` holds that no file
    of the package imports `random`.
    """
    before = str(np.random.get_state()), torch.get_rng_state()  # noqa: NPY002
    yield
    after = str(np.random.get_state()), torch.get_rng_state()  # noqa: NPY002
    assert before[0] == after[0], "NumPy's global generator was used"
    assert torch.equal(before[1], after[1]), "torch's global generator was used"


@pytest.fixture
def rng():
    """A generator of the test's own."""
    return np.random.default_rng(1)


def small_arm(**overrides) -> Arm:
    """A recipe that trains in a second; `flat=True` for a flat one."""
    flat = overrides.pop("flat", False)
    settings = {
        "units": 5,
        "epochs": 3,
        "updates_per_epoch": 30,
        "batch_size": 64,
        "test_batches": 4,
        "pool_batches": 6,
    }
    if flat:
        settings = {**settings, "architecture": "flat", "pool_batches": "fresh"}
    return Arm(**{**settings, **overrides})


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A checkout in which the small DAG has run on two cores, and what was said; no test writes to it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, said = shared / "finished", shared / "finished.txt"
    with FileLock(shared / "finished.lock"):
        if not said.exists():
            run = snakemake(checkout(folder), "--cores", "2")
            assert run.returncode == 0, run.stdout[-3000:]
            said.write_text(run.stdout)
    return folder, said.read_text()


@pytest.fixture(scope="module")
def done(finished, tmp_path_factory):
    """A copy of the finished run that tests may edit one after another, if they put back what they change."""
    return shutil.copytree(finished[0], tmp_path_factory.mktemp("done") / "done")


@pytest.fixture
def copy(done, tmp_path):
    """A copy of its own, with the times of all files and Snakemake's records."""
    return shutil.copytree(done, tmp_path / "copy")
