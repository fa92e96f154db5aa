"""The code digest changes with the code and with nothing else."""

import pytest

from modgrow import source
from tests.runs import ROOT

ORIGINAL = '"""Doc."""\n\n\ndef f(x):\n    """Twice x."""\n    return 2 * x  # double\n'


@pytest.mark.parametrize(
    ("edited", "same"),
    [
        (ORIGINAL, True),
        (ORIGINAL.replace("# double", "# two times"), True),
        (ORIGINAL.replace("Twice x.", "Double x."), True),
        (ORIGINAL.replace('"""Doc."""\n', ""), True),
        (ORIGINAL.replace("2 * x", "(2 *\n        x)"), True),
        (ORIGINAL.replace("2 * x", "3 * x"), False),
        (ORIGINAL.replace("f(x)", "f(x, y=1)"), False),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(edited, same):
    assert (source.code_of(edited) == source.code_of(ORIGINAL)) == same


def test_the_closure_of_a_script_holds_what_it_imports_and_no_more():
    train = source.digests("workflow/scripts/train_network.py")
    assert {"modgrow/model/dynamics.py", "modgrow/model/kernels.py", "modgrow/streams.py"} <= set(train)
    assert "modgrow/learning/__init__.py" in train
    assert not [name for name in train if name.startswith(("modgrow/figures", "modgrow/verdict"))]
    figure = source.digests("workflow/scripts/fig2a.py")
    assert "modgrow/figures/style.py" in figure
    assert not [name for name in figure if name.startswith(("modgrow/model", "modgrow/learning"))]


def test_the_closure_holds_all_that_python_itself_loads():
    """Referee: `sys.modules` after importing the script's imports in a fresh interpreter."""
    import subprocess
    import sys

    for script in ("train_network", "fig2a", "parameters"):
        code = (
            f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); "
            f"runpy.run_path('workflow/scripts/{script}.py', run_name='loaded'); "
            "print(*sorted(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'modgrow'))"
        )
        found = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
        )
        loaded = {path.removeprefix(f"{ROOT}/") for path in found.stdout.split()}
        assert loaded <= set(source.digests(f"workflow/scripts/{script}.py"))
