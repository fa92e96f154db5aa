"""A notebook as a page: its text, its code, and what it showed when it was last run. Nothing is run."""

import json
import re
from pathlib import Path

HIDDEN = re.compile(r"<style.*?</style>\s*", re.DOTALL)  # pandas puts one before every table


def markdown(notebook: Path) -> str:
    """The page, its pictures within it."""
    parts = []
    for cell in json.loads(notebook.read_text())["cells"]:
        parts.append(_cell(cell))
        parts += [_output(output) for output in cell.get("outputs", [])]
    return "\n\n".join(parts) + "\n"


def _cell(cell: dict) -> str:
    source = "".join(cell["source"])
    return source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```"


def _output(output: dict) -> str:
    """What a cell showed: a picture, a table, or text. Raises ValueError for anything else."""
    shown = output.get("data", {})
    if "image/png" in shown:
        picture = "".join("".join(shown["image/png"]).split())
        return f"![What the cell above draws](data:image/png;base64,{picture})"
    if "text/html" in shown:
        return HIDDEN.sub("", "".join(shown["text/html"]))
    text = output.get("text", shown.get("text/plain"))
    if text is None:
        raise ValueError(f"an output of kind {output['output_type']} has neither picture, table nor text")
    return f"```text\n{''.join(text).rstrip()}\n```"
