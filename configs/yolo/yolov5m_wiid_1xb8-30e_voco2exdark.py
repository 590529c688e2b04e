# WiiD with the published schedule; MMD against the images of ExDark's training split, no label used.
_base_ = './yolov5m_plain_1xb8-30e_voco2exdark.py'
wiid = dict(paired=True)
