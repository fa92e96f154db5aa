# What `make report` shows: figures and tables under their captions, the verdict first.


report: "../report/workflow.rst"


def reported(made):
    """What one of the plan's jobs makes; what the report shows of it, under its caption."""
    files = []
    for path in made.makes:
        file = f"{RESULTS}/{path}"
        if shown := made.shown.get(path):
            kept = {"category": shown.category, "labels": {"shows": shown.label}}
            file = report(file, caption=f"../report/{shown.caption}.rst", **kept)
        files.append(file)
    return files
