"""Fill the article with its numbers, and lay beside it what typst needs: `make article`, first half."""

import re
import shutil
import sys
from pathlib import Path

import matplotlib

from modgrow import config, prose
from modgrow.errors import ModgrowError
from modgrow.figures import fig7, style
from modgrow.places import ROOT
from modgrow.store import files

STAGED = ROOT / "build" / "article"
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf")  # those of the figures


def stage(folder: Path) -> None:
    """Write `article.typ` with all that it names, its figures and their fonts. Raises ModgrowError."""
    settings = config.load(ROOT / "config.yaml")
    text = prose.article(settings)
    for named in re.findall(r'"/(docs/[^"]+)"', text):
        _copy(ROOT / named, folder / named)
    for font in FONTS:
        _copy(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / font, folder / "fonts" / font)
    _draw_mechanism(settings, folder / "fig7.svg")
    files.write(folder / "article.typ", lambda path: path.write_text(text, encoding="utf-8"))


def _draw_mechanism(settings: config.Settings, svg: Path) -> None:
    table = prose.numbers(settings)["exploratory"].evidence.tables["mechanism"]
    arms = {name: arm for name, arm in settings.arms.items() if name in set(table["arm"])}
    style.save(fig7.draw(table, arms), svg, None)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


if __name__ == "__main__":
    try:
        stage(STAGED)
    except ModgrowError as error:
        sys.exit(str(error))
