"""Convolutional networks against dense ones: MNIST-1D, and digits of 8 x 8 and
28 x 28 pixels, as they are, and with their samples or pixels shuffled.

    python -m dlnotes.experiments.pictures

Four networks for each data set. *conv*: two or three convolutions and a dense
layer. *equal*: one hidden layer, so wide that it has as many parameters as conv
(as nearly as can be). *dense*: the best of four larger dense networks.
*untied*: conv with weights of its own at each place, that is, without sharing.
All are trained with cross-entropy and Adam, batches of 50, 30 epochs (MNIST-1D
60), a rate that falls along a cosine. *shuffled* is the same task after one
permutation of the samples or pixels, the same one for all examples.

The rule, fixed before the first run. For each data set, network and order, the
rates 0.0003, 0.001, 0.003 and 0.01 (and, for dense, the four networks) are
tried on two splits, and the least validation error decides; the range of rates
grows by a factor of three where its end is best. Then ten fresh splits and
starts. MNIST-1D is not split: it has 4000 examples to train on, 5000 to test,
and the starts and batches vary. Digits of 8 x 8 pixels are split 60 : 20 : 20,
and those of 28 x 28 pixels, too (3000 to train on). (Changed after a first run:
pixels go from 0 to 1, because with a background of -1 most of the few units of
*equal* died at the start; and 400-400 was added, because the largest dense
network had always been chosen. *28 x 28, moved*, for conv and untied, came
after a second run: each picture is moved by up to four pixels along both axes,
once and for all; what leaves the picture is lost.) About half an hour on one
core. Notebook 5.4 reads the result.
"""

import functools

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record

BATCH, RUNS = 50, 10
DATA = ("MNIST-1D", "8 x 8", "28 x 28")
MOVED = "28 x 28, moved"
KINDS = ("conv", "equal", "dense", "untied")


@dl.one_by_one
class Untied(dl.Conv2d):
    """A convolution with weights of its own at each place of the output."""

    def __init__(self, d_in, d_out, kernel, height, width, **rest):
        super().__init__(d_in, d_out, kernel, **rest)
        self.places = super().shape((height, width, d_in))[:2]
        shared = self.size
        self.size = int(np.prod(self.places)) * shared
        self.decays = self.size // shared * self.decays
        self.expects = (height, width, d_in)

    def _each(self, phi):
        """Weights (places, k² C, F) and biases (places, F)."""
        w = phi[: self.decays].reshape(-1, self.fan_in, self.d_out)
        return w, phi[self.decays :].reshape(-1, self.d_out)

    @property
    def fan_in(self):
        return int(np.prod(self.kernel)) * self.d_in

    def shape(self, example):
        return (*self.places, self.d_out)

    def fill(self, phi, rng):
        w, beta = self._each(phi)
        for place in w:
            Omega = np.empty((self.d_out, self.fan_in), phi.dtype)
            self.initializer(Omega, rng)
            place[...] = Omega.T
        beta[...] = 0

    def forward(self, x, phi, ctx):
        w, beta = self._each(phi)
        x, pads = self._padded(x)
        windows = np.lib.stride_tricks.sliding_window_view(
            x, self.kernel, (1, 2)
        )[:, :: self.stride, :: self.stride]
        patches = windows.transpose(1, 2, 0, 4, 5, 3)
        patches = patches.reshape(len(w), len(x), -1)  # (places, N, k² C)
        y = patches @ w + beta[:, None]
        y = y.reshape(*self.places, len(x), -1).transpose(2, 0, 1, 3)
        return y, (x.shape, pads, patches)

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        (shape, pads, patches), (w, _) = saved, self._each(phi)
        dw, dbeta = self._each(dphi)
        d = dy.transpose(1, 2, 0, 3).reshape(len(w), shape[0], -1)
        dw[...], dbeta[...] = patches.mT @ d, d.sum(axis=1)
        if not need_dx:
            return None
        rows = (d @ w.mT).reshape(
            *self.places, shape[0], *self.kernel, self.d_in
        )
        dx = np.zeros(shape, dy.dtype)
        for (i, j), where in dl.convolutions.taps(
            np.empty(self.kernel), self.places, self.stride, 1
        ):
            dx[where] += rows[:, :, :, i, j].transpose(2, 0, 1, 3)
        return self._unpadded(dx, pads)


def convolutional(data, untied=False):
    """The layers of conv, or of untied."""
    sizes = {  # height, width; then channels, kernel and stride of each
        "MNIST-1D": (1, 40, (16, (1, 5), 2), (24, (1, 3), 2), (24, (1, 3), 2)),
        "8 x 8": (8, 8, (12, (3, 3), 1), (12, (3, 3), 2)),
        "28 x 28": (28, 28, (8, (5, 5), 2), (16, (5, 5), 2)),
    }
    height, width, *convolutions = sizes[data.removesuffix(", moved")]
    layers, shape = [], (height, width, 1)
    for channels, kernel, stride in convolutions:
        rest = dict(stride=stride, padding="same")
        if untied:
            layer = Untied(shape[2], channels, kernel, *shape[:2], **rest)
        else:
            layer = dl.Conv2d(shape[2], channels, kernel, **rest)
        layers += [layer, dl.ReLU()]
        shape = layer.shape(shape)
    return dl.Network(*layers, dl.Flatten(), dl.Dense(int(np.prod(shape)), 10))


def dense(inputs, *widths):
    widths = (inputs, *widths)
    pairs = zip(widths, widths[1:])
    hidden = [part for a, b in pairs for part in (dl.Dense(a, b), dl.ReLU())]
    return dl.Network(dl.Flatten(), *hidden, dl.Dense(widths[-1], 10))


def networks(data, kind):
    """The candidates of a kind, by name."""
    if kind in ("conv", "untied"):
        return {kind: convolutional(data, kind == "untied")}
    inputs = {"MNIST-1D": 40, "8 x 8": 64, "28 x 28": 784}[data]
    if kind == "equal":
        width = round((convolutional(data).size - 10) / (inputs + 11))
        return {str(width): dense(inputs, width)}
    return {
        "100": dense(inputs, 100),
        "400": dense(inputs, 400),
        "200-200": dense(inputs, 200, 200),
        "400-400": dense(inputs, 400, 400),
    }


@functools.lru_cache(maxsize=4)
def examples(data, order, seed):
    """Pairs x, y to train on, to choose by, to judge by; x is (N, H, W, 1)."""
    rng = np.random.default_rng([seed, 1])
    if data == "MNIST-1D":
        d = dl.data.mnist1d()
        fresh = dl.data.mnist1d_fresh(2000, np.random.default_rng(1003))
        parts = (d.x, d.y), (fresh.x, fresh.y), (d.x_test, d.y_test)
        shape = (1, 40, 1)
    elif data == "8 x 8":
        parts, shape = dl.data.digits_split(rng), (8, 8, 1)
    else:
        x, y = dl.data.mnist()
        parts, shape = dl.data.split(x / 255, y, rng), (28, 28, 1)
    if data == MOVED:
        parts = [
            (dl.data.shift(dl.data.shift(x, rng, 4, 1), rng, 4, 2), y)
            for x, y in parts
        ]
    n = int(np.prod(shape))
    shuffle = np.arange(n)
    if order == "shuffled":
        shuffle = np.random.default_rng(1004).permutation(n)
    return [
        (x.reshape(-1, n)[:, shuffle].reshape(-1, *shape).astype(np.float32), y)
        for x, y in parts
    ]


def learn(f, data, order, rate, seed, epochs=None):
    """φ of one network, trained."""
    x, y = examples(data, order, seed)[0]
    epochs = epochs or (60 if data == "MNIST-1D" else 30)
    phi = f.init(np.random.default_rng([seed, 2]), dtype=np.float32)
    steps = epochs * -(-len(x) // BATCH)
    for _ in dl.train(
        f, phi, x, y, dl.Categorical(), dl.Adam(dl.Cosine(rate, steps)),
        epochs=epochs, batch=BATCH, rng=np.random.default_rng([seed, 3]),
    ):  # fmt: skip
        pass
    return phi


def errors(f, phi, data, order, seed):
    """The share of wrong answers: training, validation, test."""
    return [
        np.mean(f(x, phi).argmax(axis=-1) != y)
        for x, y in examples(data, order, seed)
    ]


def tune(data, kind, order):
    """Name of the network, and its rate, by the rule."""
    rates, scores = [0.0003, 0.001, 0.003, 0.01], {}
    while True:
        for name, f in networks(data, kind).items():
            for rate in rates:
                if (name, rate) not in scores:
                    scores[name, rate] = np.mean(
                        [
                            errors(
                                f, learn(f, data, order, rate, seed), data,
                                order, seed,
                            )[1]
                            for seed in (1001, 1002)
                        ]
                    )  # fmt: skip
        name, rate = min(scores, key=scores.get)
        if min(rates) < rate < max(rates):
            return name, rate
        if rate == min(rates):
            rates.insert(0, rate / 3)
        else:
            rates.append(rate * 3)


def contests():
    """All triples of data, kind and order."""
    for data in DATA:
        for kind in KINDS:
            yield from ((data, kind, order) for order in ("plain", "shuffled"))
    yield from ((MOVED, kind, "plain") for kind in ("conv", "untied"))


def rows():
    """Rows of the result: one for each network, order and run."""
    for data, kind, order in contests():
        name, rate = tune(data, kind, order)
        f, found = networks(data, kind)[name], []
        for seed in range(RUNS):
            phi = learn(f, data, order, rate, seed)
            found.append(errors(f, phi, data, order, seed))
            shown = (f"{e:.4f}" for e in found[-1])
            yield [data, kind, order, name, f.size, rate, seed, *shown]
        mean = np.mean(found, axis=0).round(4)
        print(data, kind, order, name, f.size, rate, *mean, flush=True)


if __name__ == "__main__":
    columns = ["data", "kind", "order", "network", "parameters", "rate"]
    measures = ["seed", "train", "validation", "test"]
    record(__file__, columns + measures, rows())
