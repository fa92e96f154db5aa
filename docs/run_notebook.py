"""Run docs/first_network.ipynb again in a folder of its own, and keep what it shows: `make notebook`."""

import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("first_network.ipynb")


def main() -> None:
    """Without times, so that a run that shows the same leaves the same file."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = {"metadata": {"path": folder}}
        NotebookClient(notebook, record_timing=False, coalesce_streams=True, resources=elsewhere).execute()
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    main()
