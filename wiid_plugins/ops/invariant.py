"""Images that a change of light leaves alone, by the Gaussian colour model."""

import torch
import torch.nn.functional as F
from torch import Tensor

# Energy, its first and its second derivative by wavelength, of linear R, G, B.
COLOUR_MODEL = ((0.06, 0.63, 0.27), (0.30, 0.04, -0.35), (0.34, -0.60, 0.17))
LEAST = 1e-5  # of what a logarithm or a quotient takes


def colour_model(images: Tensor) -> Tensor:
    """``(N, 3, H, W)`` float RGB in [0, 1] -> the same shape: E, E_lambda, E_lambda-lambda.

    Source: Geusebroek et al., PAMI 2001.
    """
    matrix = images.new_tensor(COLOUR_MODEL)
    return torch.einsum('kc,nchw->nkhw', matrix, images)


def gaussian_kernels(sigma: Tensor) -> tuple[Tensor, Tensor]:
    """A Gaussian and its derivative at integer places, each ``(2 r + 1,)`` with r of 3 sigma.

    Args:
        sigma: Scalar, pixels; the kernels have a gradient to it.
    """
    radius = max(1, int(torch.ceil(3 * sigma.detach())))
    place = torch.arange(-radius, radius + 1, device=sigma.device, dtype=sigma.dtype)
    bell = torch.exp(-(place**2) / (2 * sigma**2))
    bell = bell / bell.sum()
    slope = -place / sigma**2 * bell
    return bell, slope


def filtered(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Correlate each channel of ``(N, C, H, W)`` with one kernel down and one across."""
    channels = images.shape[1]
    down, across = len(rows) // 2, len(columns) // 2
    padded = F.pad(images, (across, across, down, down), mode='replicate')
    padded = F.conv2d(padded, rows.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)
    return F.conv2d(padded, columns.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)


def edge_strength(images: Tensor, sigma: Tensor) -> Tensor:
    """W, the strength of edges in light and colour over the light itself, ``(N, 1, H, W)``.

    A change of the intensity of light, over the whole image or slowly over it, leaves it alone.

    Args:
        images: ``(N, 3, H, W)`` float RGB in [0, 1].
        sigma: Scalar, scale of the derivatives in pixels.

    Source: Lengyel et al., ICCV 2021 (CIConv), invariant W of Geusebroek et al.
    """
    energies = colour_model(images)
    bell, slope = gaussian_kernels(sigma)
    light = filtered(energies[:, :1], bell, bell)
    light = light.abs().clamp(min=LEAST)
    edges = torch.cat([filtered(energies, bell, slope), filtered(energies, slope, bell)], 1)
    return (edges / light).square().sum(1, keepdim=True).clamp(min=LEAST**2).sqrt()


def invariant_map(images: Tensor, sigma: float = 1.0) -> Tensor:
    """Six maps of colour and edges that hardly know how light it is, ``(N, 6, H, W)``.

    They are hue by cosine and sine, the order of channels (red above green, green above blue, each in
    [-1, 1]), and log saturation and log edge strength, which have mean 0 and deviation 1 per image.

    Args:
        images: ``(N, 3, H, W)`` float RGB in [0, 1].
        sigma: Of the edges, pixels.

    Source: UniPrior, CVPR 2026, in its description; the order of channels is graded here.
    """
    energy, first, second = colour_model(images).unbind(1)
    length = (first.square() + second.square() + LEAST**2).sqrt()
    saturation = torch.log(length / energy.abs().clamp(min=LEAST) + LEAST)
    edges = torch.log(edge_strength(images, images.new_tensor(sigma)) + LEAST)[:, 0]
    logs = F.instance_norm(torch.stack([saturation, edges], 1))
    red, green, blue = images.unbind(1)
    order = [(a - b) / (a + b + LEAST) for a, b in ((red, green), (green, blue))]
    return torch.cat([torch.stack([first / length, second / length, *order], 1), logs], 1)
