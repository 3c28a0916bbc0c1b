"""The answers to the exercises of chapter 5."""

import numpy as np

EXERCISES = {}

# 5.1 The convolution, in one dimension ---------------------------------------

EXERCISES["convolution-by-hand"] = (
    None,
    (2.0, 4.0, -2.0),
    {
        "The kernel is not turned round.": (0.0, -2.0, 4.0),
        "Do not forget the bias.": (1.0, 3.0, -3.0),
        "The kernel must fit in: there are fewer places.": (
            *(2.0, 4.0, -2.0, 0.0, 4.0),
        ),
    },
)

EXERCISES["three-layers"] = (
    None,
    (18, 10, 3),
    {
        "The quotient is rounded down before 1 is added.": (19, 11, 4),
        "With dilation 2 a kernel of 5 spans nine places, not ten.": (18, 9, 3),
        "With dilation 2 a kernel of 5 spans nine places, not five.": (
            *(18, 14, 5),
        ),
        "Without padding the ends are lost, too.": (20, 20, 10),
    },
)


def _signals(rng):
    return [
        (rng.normal(size=n), rng.normal(size=k), s, d)
        for n, k, s, d in (
            *((9, 3, 1, 1), (10, 3, 2, 1), (11, 4, 1, 2)),
            *((14, 3, 3, 2), (5, 5, 2, 1)),
        )
    ]


def _convolution(x, w, stride, dilation):
    length = (len(x) - dilation * (len(w) - 1) - 1) // stride + 1
    places = stride * np.arange(length)[:, None] + dilation * np.arange(len(w))
    return x[places] @ w


EXERCISES["convolution-function"] = (
    _signals,
    _convolution,
    {
        "The kernel is not turned round.": lambda x, w, s, d: _convolution(
            x, w[::-1], s, d
        ),
        "Stride is for places of the output, dilation for the kernel.": (
            lambda x, w, s, d: (
                _convolution(x, w, d, s)
                if len(x) > s * (len(w) - 1)
                else np.zeros(1)
            )
        ),
        "The last place where the kernel fits in is missing.": (
            lambda x, w, s, d: _convolution(x, w, s, d)[:-1]
        ),
        "With a stride, places are skipped.": lambda x, w, s, d: _convolution(
            x, w, 1, d
        ),
    },
)

# 5.2 Two dimensions -----------------------------------------------------------

EXERCISES["weights-and-work"] = (
    None,
    (73_856, 57_802_752),
    {
        "There is a bias for each kernel.": (73_728, 57_802_752),
        "Each kernel sees all 64 channels.": (1_280, 903_168),
        "The work is done at each place of the picture.": (73_856, 73_728),
    },
)

EXERCISES["separable"] = (
    None,
    1 / 64 + 1 / 9,
    {
        "That is the depthwise part alone.": 1 / 64,
        "That is the 1 x 1 part alone.": 1 / 9,
        "What is left, not what is saved.": 1 - 1 / 64 - 1 / 9,
        "The share that is left: the new work by the old.": 1
        / (1 / 64 + 1 / 9),
    },
)

EXERCISES["small-network-field"] = (
    None,
    (16, 4),
    {
        "Behind a pooling, units are two pixels apart: count in pixels.": (
            *(11, 4),
        ),
        "Without padding each convolution takes two pixels away.": (16, 7),
        "A window of pooling reaches further, too.": (13, 4),
    },
)

# 5.3 Backwards and fast -------------------------------------------------------


def _met(rng):
    return [
        (rng.normal(size=s * (u - 1) + k), rng.normal(size=u), k, s)
        for u, k, s in ((6, 3, 1), (4, 3, 2), (3, 2, 3), (1, 4, 1))
    ]


def _kernel_gradient(x, delta, k, stride):
    places = stride * np.arange(len(delta))
    return np.array([delta @ x[places + i] for i in range(k)])


EXERCISES["kernel-gradient"] = (
    _met,
    _kernel_gradient,
    {
        "The input is read with the stride, forwards and backwards.": (
            lambda x, delta, k, s: _kernel_gradient(x, delta, k, 1)
        ),
        "Nothing is turned round here.": lambda x, delta, k, s: (
            _kernel_gradient(x, delta, k, s)[::-1]
        ),
        "It is a sum over all places, not a mean.": lambda x, delta, k, s: (
            _kernel_gradient(x, delta, k, s) / len(delta)
        ),
    },
)


def _given_back(rng):
    return [
        (rng.normal(size=u), rng.normal(size=k), s * (u - 1) + k + rest, s)
        for u, k, s, rest in ((6, 3, 1, 0), (4, 3, 2, 1), (3, 2, 3, 2))
    ]


def _input_gradient(delta, w, length, stride):
    dx = np.zeros(length)
    for u, d in enumerate(delta):
        dx[stride * u : stride * u + len(w)] += d * w
    return dx


def _input_gradient_written(delta, w, length, stride):
    """With = in the place of +=."""
    dx = np.zeros(length)
    for u, d in enumerate(delta):
        dx[stride * u : stride * u + len(w)] = d * w
    return dx


EXERCISES["input-gradient"] = (
    _given_back,
    _input_gradient,
    {
        "What several outputs have read gets something from each: add.": (
            _input_gradient_written
        ),
        "An output gives back with the weight that it has read with.": (
            lambda delta, w, length, s: _input_gradient(
                delta, w[::-1], length, s
            )
        ),
        "With a stride, the next output has read s places further.": (
            lambda delta, w, length, s: _input_gradient(delta, w, length, 1)
        ),
    },
)

EXERCISES["price-of-im2col"] = (
    None,
    (24 * 24 * 25 / 784, 28 * 24 * 5 / 784),
    {
        "There are fewer places than pixels.": (25.0, 5.0),
        "Of the copy, only the width is cut short: all rows are kept.": (
            *(24 * 24 * 25 / 784, 24 * 24 * 5 / 784),
        ),
    },
)

# 5.4 A network that reads pictures --------------------------------------------

EXERCISES["count-the-network"] = (
    None,
    (11_274, 14),
    {
        "A kernel of the second layer sees all eight channels.": (8_474, 11),
        "There is a bias for each kernel and each class.": (11_240, 14),
        "A hidden unit has a weight for each pixel, one for each class, and a"
        " bias.": (11_274, 12),
    },
)

EXERCISES["share-of-the-dense-layer"] = (
    None,
    (7850 / 11_274, 7840 / 203_840),
    {
        "The second convolution sees eight channels.": (
            *(7850 / 11_274, 7840 / 66_640),
        ),
        "A kernel works at every place of its output.": (
            *(7850 / 11_274, 7840 / 11_240),
        ),
    },
)

EXERCISES["untied-parameters"] = (
    None,
    206_202,
    {
        "Each place has biases of its own, too.": 203_874,
        "Do not forget the dense layer.": 198_352,
        "Weights for the places of the output, not of the picture.": (
            28 * 28 * 8 * 26 + 14 * 14 * 16 * 201 + 7850
        ),
    },
)

# 5.5 Bug museum III -----------------------------------------------------------

EXERCISES["museum-three-factor"] = (
    None,
    1.953125,
    {
        "That is the factor of one layer.": 1.25,
        "After training everything passes, in training a part of it.": 0.512,
        "A factor is a product: the layers follow each other.": 3.75,
    },
)

EXERCISES["museum-three-ties"] = (
    None,
    (0.0625, 1.1875),
    {
        "Four zeros get 1 each: three too much, not four.": (0.0625, 1.25),
        "All four must be zero.": (0.5, 2.5),
    },
)


def _channels_first(rng):
    return [
        (rng.normal(size=shape),)
        for shape in ((2, 3, 5), (2, 3, 4, 5), (1, 2, 2, 3, 4))
    ]


EXERCISES["museum-three-arrange"] = (
    _channels_first,
    lambda x: np.moveaxis(x, 1, -1),
    {
        "The shape is right, the order is not: transpose.": lambda x: x.reshape(
            len(x), *x.shape[2:], x.shape[1]
        ),
        "The other axes keep their order.": lambda x: np.swapaxes(x, 1, -1),
    },
)
