"""A narrow CUT, and batches for it."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import MODELS

from pictures import seeded

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
NARROW = dict(generator=dict(ngf=4, blocks=5), discriminator=dict(ndf=4), patches=16)


def make(**kwargs):
    torch.manual_seed(0)
    return MODELS.build({**Config.fromfile(CONFIGS / '_base_/cut.py').model, **NARROW, **kwargs})


def make_batch(n=2, seed=0, size=32):
    """Bright noise by day, dim noise of another colour as the dark pictures; uint8 BGR."""
    noise = torch.rand(2, n, 3, size, size, generator=seeded(seed))
    tint = torch.tensor([80.0, 40.0, 10.0])[:, None, None]
    return dict(inputs=(155 + 100 * noise[0]).byte(), dark=(tint * noise[1]).byte())


def wrap(model, kind=OptimWrapper, lr=2e-3, **kwargs):
    adam = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.5, 0.999))
    return kind(optimizer=adam, **kwargs)


def copies(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}
