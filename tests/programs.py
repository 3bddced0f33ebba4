"""Finds a program on this machine."""

import os
import shutil


def find(variable, names):
    """The path that an environment variable names, or else that of the first of these programs that is there."""
    return os.environ.get(variable) or next(filter(None, map(shutil.which, names)), None)
