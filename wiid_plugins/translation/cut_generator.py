"""The generator of CUT: a ResNet between anti-aliased down- and upsampling, in the published layout."""

import copy
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LAYERS = (0, 4, 8, 12, 16)  # whose features PatchNCE compares (Park et al., 2020, appendix C.1)


class Downsample(nn.Module):
    """Blur with [1, 2, 1] and keep every second pixel: H, W become ceil(H / 2), ceil(W / 2).

    Source: Zhang, ICML 2019 (anti-aliased convolutional networks), Sec. 3.
    """

    filt: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer('filt', _blur((1, 2, 1), channels))

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` float, H and W at least 2."""
        x = F.pad(x, (1, 1, 1, 1), mode='reflect')
        return F.conv2d(x, self.filt, stride=2, groups=len(self.filt))


class Upsample(nn.Module):
    """Double H and W with [1, 3, 3, 1], the transpose of blurred downsampling.

    Source: Zhang, ICML 2019.
    """

    filt: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer('filt', 4 * _blur((1, 3, 3, 1), channels))  # 1 pixel in 4 is not 0

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` float -> ``(B, C, 2H, 2W)``."""
        x = F.pad(x, (1, 1, 1, 1), mode='replicate')
        return F.conv_transpose2d(x, self.filt, stride=2, padding=3, groups=len(self.filt))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around which the input passes unchanged."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            *_normed(nn.Conv2d(channels, channels, 3)),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` float -> the same shape."""
        return x + self.conv_block(x)


class Generator(nn.Module):
    """Translate pictures ``(B, 3, H, W)`` float RGB in [-1, 1] into another light, the same shape.

    Any size from 8 px: H and W are padded by reflection to multiples of 4 and cropped back. The state
    dict has the names and shapes of the published ``latest_net_G.pth``; with 64 and 9 it holds
    11,378,179 trained numbers.

    Args:
        ngf: Channels of the first layer; the residual blocks have four times as many.
        blocks: Number of residual blocks.

    Source: Park et al., ECCV 2020 (CUT), appendix C.1; Johnson et al., ECCV 2016 (the layout).
    """

    def __init__(self, ngf: int = 64, blocks: int = 9):
        super().__init__()
        layers = [nn.ReflectionPad2d(3), *_normed(nn.Conv2d(3, ngf, 7))]
        for c in (ngf, 2 * ngf):
            layers += [*_normed(nn.Conv2d(c, 2 * c, 3, padding=1)), Downsample(2 * c)]
        layers += [ResidualBlock(4 * ngf) for _ in range(blocks)]
        for c in (4 * ngf, 2 * ngf):
            layers += [Upsample(c), *_normed(nn.Conv2d(c, c // 2, 3, padding=1))]
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(ngf, 3, 7), nn.Tanh()]
        self.model = nn.Sequential(*layers)

    @classmethod
    def from_state_dict(cls, state: dict[str, Tensor]) -> 'Generator':
        """Build the generator that weights in the published layout belong to, and load them.

        Raises:
            ValueError: Naming what is missing, unexpected or of another shape.
        """
        first = state.get('model.1.weight')
        ngf = 64 if first is None or first.dim() != 4 else len(first)
        blocks = sum(name.endswith('.conv_block.1.weight') for name in state)
        network = cls(ngf, blocks)
        own = network.state_dict()
        problems = {
            'missing': own.keys() - state.keys(),
            'unexpected': state.keys() - own.keys(),
            'of another shape': {k for k in own.keys() & state if own[k].shape != state[k].shape},
        }
        if any(problems.values()):
            found = '; '.join(
                f'{what}: {_some(names)}' for what, names in problems.items() if names
            )
            raise ValueError(
                f'no weights of a CUT generator with ngf={ngf}, blocks={blocks} ({found})'
            )
        network.load_state_dict(state)
        return network

    def forward(self, images: Tensor) -> Tensor:
        """Translate ``(B, 3, H, W)`` float RGB in [-1, 1].

        Raises:
            ValueError: If H or W is below 8.
        """
        height, width = images.shape[-2:]
        return self.model(_to_fours(images))[..., :height, :width]

    def encode(self, images: Tensor, layers: Sequence[int] = LAYERS) -> list[Tensor]:
        """Features ``(B, C, h, w)`` behind some children of ``model``; stops after the last one.

        Args:
            images: As for :meth:`forward`; features are of the padded pictures.
            layers: Indices into ``model``, ascending.
        """
        features, x = [], _to_fours(images)
        for index, layer in enumerate(self.model[: layers[-1] + 1].children()):
            x = layer(x)
            if index in layers:
                features.append(x)
        return features

    @torch.no_grad()
    def channels(self, layers: Sequence[int] = LAYERS) -> list[int]:
        """Widths of the features that :meth:`encode` gives."""
        probe = next(self.parameters()).new_zeros(1, 3, 8, 8)
        return [feature.shape[1] for feature in self.encode(probe, layers)]

    @torch.no_grad()
    def fixed_to(self, frames: Tensor) -> 'Generator':
        """Give a generator that treats all frames of a clip alike, so that it does not flicker.

        Every instance norm holds the mean and variance that it finds over all of ``frames`` together,
        as if they were one picture. What a pixel becomes then depends on the pixels around it alone,
        not on the rest of its frame. The weights are shared with this generator.

        Args:
            frames: ``(T, 3, H, W)`` float RGB in [-1, 1]; a sample of the clip.
        """
        fixed = self.open_norms()
        fixed(frames)
        return fixed

    def open_norms(self) -> 'Generator':
        """Give a generator with the same weights whose norms hold the statistics they first meet."""
        shared = {id(t): t for t in (*self.parameters(), *self.buffers())}
        fixed = copy.deepcopy(self, shared)
        for parent in [m for m in fixed.modules() if isinstance(m, nn.Sequential)]:
            for name, child in parent.named_children():
                if isinstance(child, nn.InstanceNorm2d):
                    setattr(parent, name, FixedNorm(child.eps))
        return fixed


class FixedNorm(nn.Module):
    """Normalise by the channel statistics of the first batch, taken over all of that batch.

    Attributes:
        moments: Variance and mean ``(1, C, 1, 1)``, None until there are any.
    """

    def __init__(self, eps: float):
        super().__init__()
        self.eps = eps
        self.moments: tuple[Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        """``(B, C, H, W)`` float -> the same shape."""
        if self.moments is None:
            self.moments = torch.var_mean(x.float(), (0, 2, 3), correction=0, keepdim=True)
        variance, mean = self.moments
        return (x - mean) * (variance + self.eps).rsqrt()


def _normed(convolution: nn.Conv2d) -> list[nn.Module]:
    norm = nn.InstanceNorm2d(convolution.out_channels)
    return [convolution, norm, nn.ReLU(inplace=True)]


def _blur(taps: tuple[int, ...], channels: int) -> Tensor:
    """Separable filter of sum 1, one ``(1, n, n)`` copy per channel."""
    row = torch.tensor(taps, dtype=torch.float32)
    return (row[:, None] * row / row.sum() ** 2).repeat(channels, 1, 1, 1)


def check_size(height: int, width: int) -> None:
    """Look whether a generator can take images of this size.

    Raises:
        ValueError: If H or W is below 8.
    """
    if min(height, width) < 8:
        raise ValueError(
            f'the generator needs pictures of at least 8x8 px, got {width}x{height}; enlarge or '
            'leave out the picture'
        )


def _to_fours(images: Tensor) -> Tensor:
    height, width = images.shape[-2:]
    check_size(height, width)
    return F.pad(images, (0, -width % 4, 0, -height % 4), mode='reflect')


def _some(names: set[str], most: int = 6) -> str:
    shown = ', '.join(sorted(names)[:most])
    return shown if len(names) <= most else f'{shown}, ... ({len(names)} in all)'
