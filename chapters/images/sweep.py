"""Draws sweep.png, the picture of the README and of link previews: run it with `python chapters/images/sweep.py`."""

from pathlib import Path

import matplotlib.pyplot as plt

from kmeans_em import datasets, fit, plots, responsibilities

STARTS = [[-0.4, 0.3], [0.4, -0.3]]


def main():
    X = datasets.old_faithful(standardised=True)
    plt.rcParams.update(plots.STYLE)
    figure, axes = plt.subplots(1, 3, figsize=(12, 6.3), sharex=True, sharey=True)
    figure.get_layout_engine().set(rect=(0.02, 0.02, 0.96, 0.86))
    figure.suptitle("Soft to Hard: k-means as the small-σ limit of EM", fontsize=30, y=0.965)
    for ax, sigma in zip(axes, (1.4, 0.8, 0), strict=True):
        means = fit(X, STARTS, sigma, max_steps=5000).means
        ax.set(xlim=(-2.1, 1.9), ylim=(-2.6, 2.4))
        plots.field(ax, means, sigma)
        plots.points(ax, X, responsibilities(X, means, sigma), s=36)
        plots.centres(ax, means, s=330)
        ax.set_title(f"σ = {sigma}" + ("" if sigma else ": k-means"), fontsize=24)
        ax.set(xticks=[], yticks=[], aspect="equal")
        ax.spines[:].set_visible(False)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=100, facecolor="white")


if __name__ == "__main__":
    main()
