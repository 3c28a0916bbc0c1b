"""The hint to the C library is worth its line, or should go."""

import subprocess
import sys

import pytest

PAGES = """
import resource, sys
import numpy as np
if sys.argv[1] == "with":
    import dlnotes
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    a = [np.ones(2**20, np.uint8) for _ in range(4)]
    del a
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a matter of glibc")
def test_freed_memory_is_kept():
    """Four arrays of a megabyte, a hundred times, as in a population's step:
    fresh pages for each, or for the first.
    """
    faults = [
        int(
            subprocess.run(
                [sys.executable, "-c", PAGES, how],
                capture_output=True,
                encoding="utf-8",
                check=True,
            ).stdout
        )
        for how in ("with", "without")
    ]
    assert faults[0] < faults[1] / 10
