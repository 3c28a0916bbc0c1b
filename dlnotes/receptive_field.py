"""How much of the input a unit sees."""

from . import checks
from .convolutions import Conv2d
from .networks import Network
from .pooling import AveragePool, Flatten, GlobalAverage, MaxPool


def receptive_field(f):
    """How many places of the input one unit behind the last convolution or
    pooling of ``f`` sees, along each axis: a tuple.

    r = 1 + Σ (kₗ - 1) Π sᵢ, where kₗ is what the kernel or window of layer l
    spans, and the product goes over the strides of the layers before it.
    Lecture item 144. Source: Araujo, Norris & Sim 2019, "Computing receptive
    fields of convolutional neural networks".

    >>> from dlnotes import Conv1d
    >>> receptive_field(Network(Conv1d(1, 4, 3), MaxPool(2), Conv1d(4, 8, 3)))
    (8,)
    """
    checks.instance("f", f, Network)
    axes = len(f.expects) - 1
    if ... in f.expects or axes < 1:
        raise ValueError(
            "f: got a network that takes vectors, or anything, expected one"
            " whose first layer with a shape of its own is a convolution"
        )
    fields, steps = [1] * axes, [1] * axes
    for layer, *_ in f.leaves():
        if isinstance(layer, (Flatten, GlobalAverage)):
            break
        reaches, stride = (1,) * axes, 1
        if isinstance(layer, Conv2d):
            reaches, stride = layer.reach[-axes:], layer.stride
        elif isinstance(layer, (MaxPool, AveragePool)):
            reaches, stride = (layer.k,) * axes, layer.k
        for axis in range(axes):
            fields[axis] += (reaches[axis] - 1) * steps[axis]
            steps[axis] *= stride
    return tuple(fields)
