"""Write the explorer: a page with networks of this run in it, which run where it is opened.

Networks that it could not run (of a task of one's own, or that diverged) are left out, and what has no room.
"""

from modgrow import script
from modgrow.explorer import page
from modgrow.store import files, networks


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    (made,) = args.outputs
    trained = [networks.read(path) for path in args.inputs]
    shown = [page.as_solved(one) for one in trained if not page.refusal(one)]
    text = page.draw_what_fits(shown)
    files.write(made, lambda temporary: temporary.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
