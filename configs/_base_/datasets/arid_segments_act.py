# The same clips for 2D recognizers: a frame from each of 8 segments of a clip.
_base_ = './arid_act.py'
segments = dict(
    SampleFrames=dict(clip_len=1, frame_interval=1, num_clips=8),
    FormatShape=dict(input_format='NCHW'),
)
pipelines = [
    [{**step, **segments.get(step.type, {})} for step in loader.dataset.pipeline]
    for loader in (_base_.train_dataloader, _base_.test_dataloader)
]
train_dataloader = dict(dataset=dict(pipeline=pipelines[0]))
test_dataloader = dict(dataset=dict(pipeline=pipelines[1]))
del segments, pipelines
