"""The discriminator of CUT: judges patches of 70 x 70 px, not whole pictures."""

from torch import Tensor, nn

from .cut_generator import Downsample


class Discriminator(nn.Module):
    """PatchGAN: a map of logits, each about a patch of ``(B, 3, H, W)`` float RGB in [-1, 1].

    Three convolutions with anti-aliased downsampling behind them, two without; instance norm from the
    second on. The layout is the published one, and so are the names in the state dict.

    Args:
        ndf: Channels of the first layer; at most eight times as many follow.

    Source: Isola et al., CVPR 2017, Sec. 3.2.2 (PatchGAN); Park et al., ECCV 2020 (CUT).
    """

    def __init__(self, ndf: int = 64):
        super().__init__()
        layers = [_conv(3, ndf), nn.LeakyReLU(0.2, inplace=True), Downsample(ndf)]
        for c in (ndf, 2 * ndf):
            layers += [*_normed(c, 2 * c), Downsample(2 * c)]
        layers += [*_normed(4 * ndf, 8 * ndf), _conv(8 * ndf, 1)]
        self.model = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        """Logits ``(B, 1, h, w)``, above 0.5 for 'real' (LSGAN); 256 px give 30 x 30, 48 px 4 x 4.

        Raises:
            ValueError: If H or W is below 24.
        """
        height, width = images.shape[-2:]
        if min(height, width) < 24:
            raise ValueError(
                f'the discriminator needs pictures of at least 24x24 px, got {width}x{height}; '
                'train on larger crops'
            )
        return self.model(images)


def _conv(inside: int, outside: int) -> nn.Conv2d:
    return nn.Conv2d(inside, outside, 4, padding=1)


def _normed(inside: int, outside: int) -> list[nn.Module]:
    norm = nn.InstanceNorm2d(outside)
    return [_conv(inside, outside), norm, nn.LeakyReLU(0.2, inplace=True)]
