# WiiD with the recipe of CODaN. Start it from a day-trained checkpoint: --cfg-options load_from=....pth
_base_ = './resnet50_plain_1xb32-180e_coco2exdark.py'
wiid = dict(paired=True, channels_last=True)
