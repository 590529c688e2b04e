# Does everything of WiiD run? Learns nothing.
_base_ = './retinanet_r18_plain-smoke_1xb4-1e_gtsrb-scenes.py'
wiid = dict(paired=True)
