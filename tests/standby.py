"""Stands by with all imported that Snakemake needs, which takes longer than most of what tests ask of it.

A line of standard input is a question: folder, arguments, environment, and a file for what is said. A child
answers it as `python -m snakemake` would, and its exit status is printed.
"""

import json
import os
import runpy
import sys

import matplotlib.figure  # noqa: F401
import psutil  # noqa: F401
import pydantic  # noqa: F401
import snakemake.report  # noqa: F401
import yaml  # noqa: F401
from snakemake.cli import get_argument_parser

get_argument_parser()  # imports Snakemake's plugins


def become(folder, arguments, environment, said):
    """Make this process the one that was asked for."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(said, os.O_WRONLY), 1)
    os.dup2(1, 2)
    sys.argv[1:] = arguments
    sys.path[0] = folder
    runpy.run_module("snakemake", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for line in sys.stdin:
        if not (child := os.fork()):
            become(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
