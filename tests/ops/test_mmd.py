"""Maximum mean discrepancy: the published estimator, zero at equality, and its gradient."""

import numpy as np
import pytest
import torch

from wiid_plugins.ops.mmd import mmd_loss, squared_distances

SHAPES = [(1, 1, 1), (2, 3, 4), (8, 8, 16), (5, 12, 3), (32, 32, 64), (1, 7, 512)]


def batches(n, m, channels, shift=0.5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, channels)), rng.normal(shift, 1.5, (m, channels))


def bandwidth(x, y):
    joined = np.concatenate([x, y])
    pairs = [((a - b) ** 2).sum() for i, a in enumerate(joined) for b in joined[i + 1 :]]
    return np.mean(pairs)


def mmd_in_numpy(x, y, centre, kernels=5, factor=2.0):
    """Gretton et al., JMLR 2012, Eq. 5, with a sum of RBF kernels."""

    def mean_kernel(a, b):
        distance = ((a[:, None] - b[None]) ** 2).sum(-1)
        widths = [centre * factor ** (i - kernels // 2) for i in range(kernels)]
        return np.mean(sum(np.exp(-distance / w) for w in widths))

    return mean_kernel(x, x) + mean_kernel(y, y) - 2 * mean_kernel(x, y)


@pytest.mark.parametrize('shape', SHAPES)
@pytest.mark.parametrize('family', [(5, 2.0), (1, 2.0), (4, 1.5)])
def test_equals_the_formula_in_float64(shape, family):
    x, y = batches(*shape)
    expected = mmd_in_numpy(x, y, bandwidth(x, y), *family)
    got = mmd_loss(torch.from_numpy(x).float(), torch.from_numpy(y).float(), *family)
    assert got.ndim == 0 and float(got) == pytest.approx(expected, abs=1e-5)
    assert float(mmd_loss(torch.from_numpy(x), torch.from_numpy(y), *family)) == pytest.approx(
        expected, abs=1e-12
    )


@pytest.mark.parametrize('offset', [0, 1000])
def test_features_far_from_zero_lose_no_digits(offset):
    x, y = (f.astype(np.float32) + np.float32(offset) for f in batches(6, 9, 8))
    exact = [f.astype(np.float64) for f in (x, y)]
    expected = mmd_in_numpy(*exact, bandwidth(*exact))
    got = mmd_loss(torch.from_numpy(x), torch.from_numpy(y))
    assert float(got) == pytest.approx(expected, abs=1e-5)


def test_is_zero_for_equal_batches_and_their_permutations():
    x = torch.from_numpy(batches(12, 1, 6)[0]).float()
    assert mmd_loss(x, x).abs() < 1e-6
    assert mmd_loss(x, x[torch.randperm(12)]).abs() < 1e-6


def test_is_symmetric_and_grows_with_the_shift():
    x, y = (torch.from_numpy(f) for f in batches(6, 9, 8))
    torch.testing.assert_close(mmd_loss(x, y), mmd_loss(y, x))
    losses = [float(mmd_loss(x, x + shift)) for shift in (0.1, 0.5, 1, 2)]
    assert losses == sorted(losses) and losses[0] > 0


def test_gradient_is_that_of_the_formula_at_a_fixed_bandwidth():
    x, y = batches(4, 5, 3)
    tensors = [torch.from_numpy(f).requires_grad_() for f in (x, y)]
    mmd_loss(*tensors).backward()
    centre, step = bandwidth(x, y), 1e-6
    for side, tensor in enumerate(tensors):
        expected = np.zeros_like((x, y)[side])
        for index in np.ndindex(expected.shape):
            ends = []
            for sign in (1, -1):
                moved = [x.copy(), y.copy()]
                moved[side][index] += sign * step
                ends.append(mmd_in_numpy(*moved, centre))
            expected[index] = (ends[0] - ends[1]) / (2 * step)
        assert np.abs(expected).max() > 1e-3
        np.testing.assert_allclose(tensor.grad.numpy(), expected, rtol=1e-5, atol=1e-8)


def test_minimising_it_over_either_side_brings_the_batches_together():
    for side in (0, 1):
        tensors = [torch.from_numpy(f).float() for f in batches(16, 16, 4, shift=2)]
        tensors[side].requires_grad_()
        before, optimizer = float(mmd_loss(*tensors)), torch.optim.SGD([tensors[side]], 5.0)
        for _ in range(60):
            optimizer.zero_grad()
            mmd_loss(*tensors).backward()
            optimizer.step()
        assert float(mmd_loss(*tensors)) < before / 3


@pytest.mark.parametrize('value', [0.0, 3.0])
def test_equal_points_give_zero_and_a_finite_gradient(value):
    x = torch.full((4, 6), value, requires_grad=True)
    y = torch.full((3, 6), value, requires_grad=True)
    loss = mmd_loss(x, y)
    loss.backward()
    assert loss.abs() < 1e-6
    assert x.grad.abs().max() < 1e-6 and y.grad.abs().max() < 1e-6


def test_half_precision_and_autocast_are_computed_in_float32():
    x, y = (torch.from_numpy(f).half() for f in batches(6, 9, 300))
    expected = mmd_loss(x.float(), y.float())
    assert torch.equal(mmd_loss(x, y), expected)
    with torch.autocast('cpu', torch.bfloat16):
        assert torch.equal(mmd_loss(x, y), expected)


@pytest.mark.parametrize(
    ('source', 'target'), [((4, 3), (4, 5)), ((4,), (4,)), ((4, 3, 1), (4, 3)), ((4, 3), (4, 3, 1))]
)
def test_wrong_shapes_are_refused_and_named(source, target):
    with pytest.raises(ValueError, match=r'\(N, C\) and \(M, C\), got') as error:
        mmd_loss(torch.zeros(source), torch.zeros(target))
    assert str(source) in str(error.value) and str(target) in str(error.value)


def test_squared_distances_are_exact_for_neighbours_far_away():
    points = torch.tensor([[4096.0, 0.0], [4096.25, 0.0], [4096.0, 0.5]])
    expected = torch.tensor([[0, 0.0625, 0.25], [0.0625, 0, 0.3125], [0.25, 0.3125, 0]])
    assert torch.equal(squared_distances(points), expected)
