"""Draw the figure of a study: the file of modgrow/studies that the identity names."""

from modgrow import script, study
from modgrow.figures import job, style
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, *job.OPTIONS)
    drawn = study.named(args.id["study"])
    (read,) = args.inputs
    table = tables.read(read, drawn.schema, args.id["arms"])
    with style.theme():
        figure = drawn.draw(table, script.recipes(args.id), **args.id["asked"])
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
