"""Stands in for Jupyter's backend: session.py draws the figures."""


def set_matplotlib_formats(*formats, **options):
    pass
