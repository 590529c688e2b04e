# Does everything of WiiD run? Learns nothing.
_base_ = './i3d-r18_plain-smoke_1xb4-1e_clips.py'
wiid = dict(paired=True)
