"""The contrast of two colours, as the Web Content Accessibility Guidelines define it: from 1 to 21."""

import numpy as np


def luminance(rgb):
    """Of a colour whose parts go from 0 to 1."""
    parts = np.asarray(rgb, dtype=float)
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)
