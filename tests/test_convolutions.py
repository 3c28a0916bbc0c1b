"""Convolutions: against the definition, a library, and a matrix."""

import itertools
import tracemalloc

import numpy as np
import pytest
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

import dlnotes as dl
from dlnotes.convolutions import (
    by_taps,
    correlate,
    dw_by_taps,
    dx_by_taps,
    framed,
    unfold,
)

CASES = list(
    itertools.product(
        (1, 2, 3, (2, 3)), (1, 2, 3), ("valid", "same", "circular"), (1, 2, 3)
    )
)


def definition(x, w, beta, stride, padding, dilation):
    """Five loops, from the docstring."""
    (N, H, W, _), (kh, kw, _, F) = x.shape, w.shape
    sizes, offsets = [], []
    for n, k in ((H, kh), (W, kw)):
        reach = dilation * (k - 1) + 1
        if padding == "valid":
            sizes.append((n - reach) // stride + 1)
            offsets.append(0)
        else:
            sizes.append(-(-n // stride))
            missing = max((sizes[-1] - 1) * stride + reach - n, 0)
            offsets.append(missing // 2)
    y = np.zeros((N, *sizes, F)) + beta
    for u, v, i, j in itertools.product(*map(range, (*sizes, kh, kw))):
        row = stride * u + dilation * i - offsets[0]
        column = stride * v + dilation * j - offsets[1]
        if padding == "circular":
            row, column = row % H, column % W
        if 0 <= row < H and 0 <= column < W:
            y[:, u, v] += x[:, row, column] @ w[i, j]
    return y


@pytest.mark.parametrize("k, stride, padding, dilation", CASES)
@pytest.mark.parametrize("size", [(7, 8), (9, 7)])
def test_pictures_by_the_definition(k, stride, padding, dilation, size):
    rng = np.random.default_rng(0)
    layer = dl.Conv2d(
        2, 3, k, stride=stride, padding=padding, dilation=dilation
    )
    f, x = dl.Network(layer), rng.normal(size=(2, *size, 2))
    phi = rng.normal(size=f.size)
    y = f(x, phi)
    assert y.shape[1:] == f.shape((*size, 2))
    assert np.allclose(
        y, definition(x, *layer.views(phi), stride, padding, dilation)
    )


@pytest.mark.parametrize(
    "k, stride, padding, dilation",
    [case for case in CASES if isinstance(case[0], int)],
)
def test_a_signal_is_a_picture_one_pixel_high(k, stride, padding, dilation):
    rng = np.random.default_rng(0)
    rest = dict(stride=stride, padding=padding, dilation=dilation)
    one, two = dl.Conv1d(2, 3, k, **rest), dl.Conv2d(2, 3, (1, k), **rest)
    x, phi = rng.normal(size=(4, 9, 2)), rng.normal(size=one.size)
    f, g = dl.Network(one), dl.Network(two)
    assert one.views(phi)[0].shape == (k, 2, 3)
    assert np.array_equal(f(x, phi), g(x[:, None], phi)[:, 0])
    assert f.shape((9, 2)) == f(x, phi).shape[1:]


def test_pictures_by_scipy():
    rng = np.random.default_rng(0)
    layer = dl.Conv2d(2, 3, (3, 2))
    f, x = dl.Network(layer), rng.normal(size=(2, 6, 7, 2))
    phi = rng.normal(size=f.size)
    w, beta = layer.views(phi)
    for n, o in itertools.product(range(2), range(3)):
        theirs = sum(
            scipy.signal.correlate2d(x[n, ..., c], w[..., c, o], mode="valid")
            for c in range(2)
        )
        assert np.allclose(f(x, phi)[n, ..., o], theirs + beta[o])


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("k", [(1, 1), (2, 2), (3, 3), (3, 2), (5, 4)])
@pytest.mark.parametrize("size", [(9, 8), (8, 8), (6, 12)])
def test_the_fast_form_is_the_plain_one(stride, k, size):
    """Also where windows do not overlap, and for a part of a larger array."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, size[0] + 2, size[1], 4))[:, 1:-1]
    w = rng.normal(size=(*k, 4, 5))
    y, patches = correlate(x, w, stride)
    assert np.allclose(y, by_taps(x, w, stride))
    windows = sliding_window_view(x, k, (1, 2))[:, ::stride, ::stride]
    theirs = windows.transpose(1, 0, 2, 4, 5, 3).reshape(patches.shape)
    assert np.array_equal(patches, theirs)


def test_without_a_word_stride_and_dilation_are_one():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 2, 3, 4))
    y = by_taps(x, w)
    assert y.shape == (2, 4, 4, 4)
    assert np.allclose(y, by_taps(x, w, stride=1, dilation=1))
    assert np.allclose(y, correlate(x, w)[0])
    assert unfold(x, 3, 2).shape == (4, 8, 18)
    first, second = np.empty_like(w), np.empty_like(w)
    dw_by_taps(x, y, first)
    dw_by_taps(x, y, second, stride=1, dilation=1)
    assert np.array_equal(first, second)
    assert np.array_equal(
        dx_by_taps(x.shape, y, w), dx_by_taps(x.shape, y, w, 1, 1)
    )


def test_any_view_of_an_array_is_unfolded():
    rng = np.random.default_rng(0)
    whole, w = rng.normal(size=(2, 12, 12, 6)), rng.normal(size=(3, 3, 3, 4))
    views = (
        whole[..., :3],
        whole[..., ::2],
        whole[:, :, ::2, :3],
        whole[:, :, ::-1, 3:],
        np.rot90(whole, axes=(1, 2))[..., :3],
        np.moveaxis(rng.normal(size=(2, 3, 9, 8)), 1, -1),
    )
    for x in views:
        for stride in 1, 2:
            y, _ = correlate(x, w, stride)
            assert np.allclose(y, by_taps(x, w, stride))


@pytest.mark.parametrize("padding", ["same", "circular"])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_where_nothing_is_needed_nothing_is_copied(padding, stride):
    x = np.random.default_rng(0).normal(size=(2, 7, 7, 3))
    padded, pads = dl.Conv2d(3, 4, 1, stride=stride, padding=padding)._padded(x)
    assert padded.shape == x.shape and not np.any(pads)
    assert framed(x, (0, 0), (0, 0)) is x
    strided = np.repeat(x, 2, axis=2)[:, :, ::2]
    assert framed(strided, (0, 0), (0, 0)) is not strided


def test_it_is_equivariant_around_a_circle():
    """Item 145: exactly, with stride 1; with stride 2 for even shifts."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 8, 6, 2))
    for stride, shifts in (1, range(8)), (2, range(0, 8, 2)):
        f = dl.Network(dl.Conv2d(2, 3, 3, stride=stride, padding="circular"))
        phi = f.init(rng)
        for t in shifts:
            moved = f(np.roll(x, (t, -t), (1, 2)), phi)
            still = np.roll(f(x, phi), (t // stride, -t // stride), (1, 2))
            assert np.allclose(moved, still, atol=1e-12)


def test_the_start_is_by_the_fan_in():
    rng = np.random.default_rng(0)
    layer = dl.Conv2d(8, 50, 5)
    w, beta = layer.views(dl.Network(layer).init(rng))
    assert abs(w.std() - np.sqrt(2 / 200)) < 0.002 and not beta.any()
    assert layer.decay_mask.sum() == w.size == 5 * 5 * 8 * 50
    layer = dl.Conv1d(8, 50, 5, init=dl.lecun)
    w, _ = layer.views(dl.Network(layer).init(rng))
    assert abs(w.std() - np.sqrt(1 / 40)) < 0.006


def test_more_zeros_behind_than_in_front():
    """Values of a published report: with "same" the odd zero is at the end."""
    x, w = np.arange(1.0, 7.0).reshape(1, 6, 1), np.array([1.0, 10, 100, 0])
    f = dl.Network(dl.Conv1d(1, 1, 3, stride=2, padding="same"))
    assert f(x, w).ravel().tolist() == [321, 543, 65]
    f = dl.Network(dl.Conv1d(1, 1, 2, padding="same"))
    assert f(x, w[[0, 1, 3]]).ravel().tolist() == [21, 32, 43, 54, 65, 6]


def test_peak_memory_is_less_than_of_im2col():
    rng = np.random.default_rng(0)
    layer = dl.Conv2d(16, 16, 3, padding="same")
    phi = dl.Network(layer).init(rng, dtype=np.float32)
    x = rng.normal(size=(8, 32, 32, 16)).astype(np.float32)
    dphi = np.empty_like(phi)
    tracemalloc.start()
    y, saved = layer.forward(x, phi, dl.Context(True))
    layer.backward(y, saved, phi, dphi)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    columns = 9 * x.nbytes  # im2col's matrix alone, and once more on the way
    assert peak < 0.6 * (2 * columns + 4 * x.nbytes)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: dl.Conv2d(1, 1, 0), "^kernel: got 0"),
        (
            lambda: dl.Conv2d(1, 1, (3, 3, 3)),
            "^kernel: got .*, expected a whol",
        ),
        (lambda: dl.Conv2d(1, 1, (3, 0)), "^kernel: got 0"),
        (lambda: dl.Conv1d(1, 1, (3, 3)), "^kernel: got"),
        (lambda: dl.Conv2d(1, 1, 3, stride=0), "^stride: got 0"),
        (lambda: dl.Conv2d(1, 1, 3, dilation=0), "^dilation: got 0"),
        (
            lambda: dl.Conv2d(1, 1, 3, padding=1),
            "^padding: got 1, expected 'va",
        ),
        (lambda: dl.Conv2d(1, 1, 3, padding="full"), "^padding: got 'full'"),
        (
            lambda: dl.Network(dl.Conv2d(3, 8, 5)).shape((4, 9, 3)),
            "^layers: Conv2d.* expects at least 5 places along an axis, and ge",
        ),
        (
            lambda: dl.Network(dl.Conv2d(3, 8, 3), dl.Conv2d(4, 8, 3)),
            "^layers: Conv2d.4, 8, 3. expects examples of shape",
        ),
    ],
)
def test_what_cannot_be(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_wrong_inputs_are_named():
    f = dl.Network(dl.Conv2d(3, 8, 5), dl.ReLU(), dl.Flatten())
    phi = f.init(np.random.default_rng(0))
    for shape in (2, 8, 8, 1), (8, 8, 3), (2, 8, 3), (2, 4, 8, 3), (2, 192):
        with pytest.raises(ValueError, match="^x: got shape"):
            f(np.ones(shape), phi)
    g = dl.Network(dl.Conv1d(1, 2, 3))
    with pytest.raises(ValueError, match="^x: got shape"):
        g(np.ones((5, 40)), g.init(np.random.default_rng(0)))


def test_it_says_what_it_is():
    assert repr(dl.Conv2d(3, 8, 5)) == "Conv2d(3, 8, 5)"
    assert repr(dl.Conv2d(3, 8, (3, 1))) == "Conv2d(3, 8, (3, 1))"
    text = "Conv1d(1, 4, 3, stride=2, padding='same', dilation=2)"
    assert (
        repr(dl.Conv1d(1, 4, 3, stride=2, padding="same", dilation=2)) == text
    )
