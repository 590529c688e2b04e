# Composed scenes of real traffic signs (tools/prepare/gtsrb_scenes.py), 256 px.
_base_ = '../wiid_yolo.py'
data = dict(
    path='data/gtsrb_scenes',
    train='images/train',
    val='images/val',
    names=['prohibition', 'warning', 'mandatory', 'other'],
)
wiid = dict(
    dark='data/gtsrb_scenes/unlabelled_dark',
    day='images/test_day',
    night='images/test_night',
)
