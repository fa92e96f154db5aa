"""What all tests share: shapes are checked at run time, and no test may touch a global generator.

Tests begin without compiled kernels: who needs them first has them compiled, into a folder of this session.
"""

import os
import shutil
import tempfile

import jaxtyping

_kernels = tempfile.TemporaryDirectory(prefix="modgrow-kernels-")
os.environ.setdefault("NUMBA_CACHE_DIR", _kernels.name)

jaxtyping.install_import_hook(
    [
        "modgrow.model.dynamics",
        "modgrow.model.network",
        "modgrow.model.growth",
        "modgrow.model.heads",
        "modgrow.learning",
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

from modgrow.arm import Arm  # noqa: E402
from tests.runs import checkout, snakemake  # noqa: E402

torch.set_num_threads(1)

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
    """Two checkouts in which the small DAG has run, with one core and with two."""
    found = {}
    for cores in (1, 2):
        folder = checkout(tmp_path_factory.mktemp("run") / f"cores{cores}")
        run = snakemake(folder, "--cores", str(cores))
        assert run.returncode == 0, run.stdout[-3000:]
        found[cores] = (folder, run.stdout)
    return found


@pytest.fixture(scope="module")
def done(finished, tmp_path_factory):
    """A copy of the finished run that tests may edit one after another, if they put back what they change."""
    return shutil.copytree(finished[2][0], tmp_path_factory.mktemp("done") / "done")


@pytest.fixture
def copy(done, tmp_path):
    """A copy of its own, with the times of all files and Snakemake's records."""
    return shutil.copytree(done, tmp_path / "copy")
