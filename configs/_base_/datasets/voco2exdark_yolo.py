# VOC + COCO by day (tools/prepare/voco.py), ExDark by night (tools/prepare/exdark.py).
_base_ = '../wiid_yolo.py'
data = dict(
    path='data',
    train='voco/images/train',
    val='voco/images/val',
    names=[
        *['Bicycle', 'Boat', 'Bottle', 'Bus', 'Car', 'Cat'],
        *['Chair', 'Cup', 'Dog', 'Motorbike', 'People', 'Table'],
    ],
)
wiid = dict(dark='data/exdark/images/train', night='exdark/images/test')
