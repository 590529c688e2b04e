# The published recipe. Start it from a day-trained checkpoint: --cfg-options load_from=....pth
_base_ = './resnet18_plain_1xb32-180e_codan.py'
wiid = dict(paired=True, channels_last=True)
