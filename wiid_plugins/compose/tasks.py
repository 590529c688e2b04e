"""What the block ``wiid`` becomes in each toolbox."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """How a toolbox's models, data and tests are wrapped.

    Args:
        scope: Toolbox.
        stock: Argument of the wrapper that takes the stock model.
        model: Type of the wrapper.
        views: Type of the preprocessor that makes the views.
        preprocessor: Type of the stock preprocessor, where a config names none.
        mask: Keys of ``wiid.mask`` that are arguments of ``views`` themselves.
        regions: Its argument that takes the other keys.
        hooks: What watches a training besides the hooks of all tasks.
        pictures: What draws the mistakes of a test.
        stock_hooks: Hooks of a stock config whose place is taken.
        stock_sets: Datasets and readers of clips whose place those of this package take, which check
            what they read.
        image: Key of the image or clip in a pipeline.
        reads: Part of the names of transforms that read it.
        light_after: Where a test pipeline changes the light: behind the last transform whose name
            has this in it, and before anything is packed.
    """

    scope: str
    stock: str
    model: str
    views: str
    preprocessor: str
    mask: tuple[str, ...]
    regions: str
    hooks: tuple[str, ...]
    pictures: str
    stock_hooks: dict[str, str]
    stock_sets: dict[str, str]
    image: str
    reads: str
    light_after: str


SAFE = {'CheckpointHook': 'wiid_plugins.SafeCheckpointHook'}
TASKS = {
    'cls': Task(
        scope='mmpretrain',
        stock='classifier',
        model='wiid_plugins.PairedClassifier',
        views='wiid_plugins.PairedPreprocessor',
        preprocessor='ClsDataPreprocessor',
        mask=('target', 'fill'),
        regions='regions',
        hooks=(),
        pictures='wiid_plugins.ClassMistakes',
        stock_hooks={**SAFE, 'VisualizationHook': 'wiid_plugins.ClassPictures'},
        stock_sets={},
        image='img',
        reads='LoadImage',
        light_after='',
    ),
    'det': Task(
        scope='mmdet',
        stock='detector',
        model='wiid_plugins.PairedDetector',
        views='wiid_plugins.PairedDetPreprocessor',
        preprocessor='DetDataPreprocessor',
        mask=('fill',),
        regions='grid',
        hooks=('wiid_plugins.DomainTableHook',),
        pictures='wiid_plugins.BoxMistakes',
        stock_hooks={**SAFE, 'DetVisualizationHook': 'wiid_plugins.DomainPictures'},
        stock_sets={'CocoDataset': 'wiid_plugins.CheckedCoco'},
        image='img',
        reads='LoadImage',
        light_after='LoadImage',
    ),
    'act': Task(
        scope='mmaction',
        stock='recognizer',
        model='wiid_plugins.PairedRecognizer',
        views='wiid_plugins.PairedClipPreprocessor',
        preprocessor='ActionDataPreprocessor',
        mask=('target', 'gmm', 'fill'),
        regions='regions',
        hooks=('wiid_plugins.ClipListHook',),
        pictures='wiid_plugins.ClipMistakes',
        stock_hooks=SAFE,
        stock_sets={
            'VideoDataset': 'wiid_plugins.ClipList',
            'RepeatAugDataset': 'wiid_plugins.RepeatedClips',
            'DecordInit': 'wiid_plugins.OpenClip',
            'DecordDecode': 'wiid_plugins.DecodeClip',
        },
        image='imgs',
        reads='Decode',
        light_after='',
    ),
}
