"""A hint to the C library that keeps freed memory at hand."""

import numpy as np


def keep_freed_memory():
    """Make the C library keep up to 32 MB of freed memory for reuse.

    Linux gives every freed array over 128 kB back to the system, and the next
    one pays for fresh pages: half the time of a population's step. Freeing one
    large array, which is never touched, raises that bound.
    """
    np.empty(2**25 - 2**16, np.uint8)
