# Composed scenes of real traffic signs (tools/prepare/gtsrb_scenes.py), 256 px.
data = dict(
    path='data/gtsrb_scenes',
    train='images/train',
    val='images/val',
    names=['prohibition', 'warning', 'mandatory', 'other'],
)
test = dict(
    sets=dict(day='images/test_day', night='images/test_night'),
    enhance=dict(),
)
unlabelled_dark = 'data/gtsrb_scenes/unlabelled_dark'
