# VOC + COCO by day (tools/prepare/voco.py), ExDark by night (tools/prepare/exdark.py).
data = dict(
    path='data',
    train='voco/images/train',
    val='voco/images/val',
    names=[
        *['Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat'],
        *['Chair', 'Cup', 'Dog', 'Motorbike', 'People', 'Table'],
    ],
)
test = dict(
    sets=dict(day='voco/images/val', night='exdark/images/test'),
    enhance=dict(),
)
unlabelled_dark = 'data/exdark/images/train'
