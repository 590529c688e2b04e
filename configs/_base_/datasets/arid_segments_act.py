# The same clips for 2D recognizers: a frame from each of 8 segments of a clip.
_base_ = './arid_act.py'
segments = dict(
    SampleFrames=dict(clip_len=1, frame_interval=1, num_clips=8),
    FormatShape=dict(input_format='NCHW'),
)
train_pipeline = [{**step, **segments.get(step.type, {})} for step in _base_.train_pipeline]
train_set = dict(pipeline=train_pipeline)
unlabelled_dark = dict(pipeline=train_pipeline)
train_dataloader = dict(dataset=train_set)
test_dataloader = dict(
    dataset=dict(
        datasets=[
            {**s, 'pipeline': [{**step, **segments.get(step.type, {})} for step in s.pipeline]}
            for s in _base_.test_dataloader.dataset.datasets
        ]
    )
)
del segments
