"""Small data sets that come with the package: nothing is ever downloaded. And
what changes an example, but not its label.
"""

from .augmentations import gain, rotate, shift
from .digits import digits, digits_split
from .mnist import mnist
from .mnist1d import mnist1d, mnist1d_fresh
from .split import split

__all__ = [
    "digits",
    "digits_split",
    "gain",
    "mnist",
    "mnist1d",
    "mnist1d_fresh",
    "rotate",
    "shift",
    "split",
]
