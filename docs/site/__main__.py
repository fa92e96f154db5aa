"""Build the documentation as pages in `site/`, every warning an error and every link checked: `make site`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from docs.site import check, pages

ROOT = Path(__file__).parents[2]
STAGED = ROOT / "build" / "pages"
BUILT = ROOT / "site"


def main() -> None:
    """Stage the pages, make them HTML, and look at what came out. Exits with what is wrong."""
    shutil.rmtree(STAGED, ignore_errors=True)
    wrong = pages.stage(ROOT, STAGED)
    if not wrong:
        build()
        wrong = check.site(BUILT)
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(list(BUILT.rglob('*.html')))} pages, every link checked: open {BUILT / 'index.html'}")


def build() -> None:
    """Run MkDocs, strictly."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--clean"]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # the lock has MkDocs 1
    if subprocess.run(command, cwd=ROOT, env=quiet).returncode:
        sys.exit("the pages were not built: MkDocs says above what is wrong")


if __name__ == "__main__":
    main()
