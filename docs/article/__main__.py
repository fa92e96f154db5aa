"""Fill the article with its numbers and lay beside it what typesetting needs, in `build/article`: `make article`."""

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


def stage(folder: Path) -> Path:
    """The article with its numbers, the picture of the mechanism and the fonts. Raises ModgrowError."""
    settings = config.load(ROOT / "config.yaml")
    numbers = prose.numbers(settings)
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    for font in FONTS:
        shutil.copy(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / font, folder / "fonts" / font)
    table = numbers["exploratory"].evidence.tables["mechanism"]
    arms = {name: arm for name, arm in settings.arms.items() if name in set(table["arm"])}
    style.save(fig7.draw(table, arms), folder / "fig7.svg", None)
    text = prose.article(settings)
    files.write(folder / "article.typ", lambda temporary: temporary.write_text(text, encoding="utf-8"))
    return folder / "article.typ"


if __name__ == "__main__":
    try:
        stage(STAGED)
    except ModgrowError as error:
        sys.exit(str(error))
