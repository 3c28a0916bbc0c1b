"""Small data sets that come with the package: nothing is ever downloaded."""

from .digits import digits, digits_split
from .mnist1d import mnist1d
from .split import split

__all__ = ["digits", "digits_split", "mnist1d", "split"]
