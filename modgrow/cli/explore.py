"""The explorer as a file: `modgrow explore`."""

from pathlib import Path

from modgrow.errors import ModgrowError
from modgrow.explorer import page
from modgrow.store import files


def write(paths: list[str], output: str) -> str:
    """Write the page with these networks in it, and say what it is. Raises ModgrowError."""
    if Path(output).suffix != ".html":
        raise ModgrowError(f"{output}: the explorer is a page; name an .html file")
    for path in paths:
        if Path(path).suffix != ".safetensors":
            raise ModgrowError(f"{path}: is no network; name a .safetensors file")
    text = page.draw([page.read(path) for path in paths])
    files.write(output, lambda temporary: temporary.write_text(text, encoding="utf-8"))
    size = f"{len(text.encode()) / 1e6:.2f} MB"
    return f"{output}: {len(paths)} networks beside the exact ones, {size}; a browser opens it, offline too"
