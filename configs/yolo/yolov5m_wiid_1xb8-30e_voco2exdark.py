# WiiD with the published schedule; MMD against the pictures of ExDark's training split, no label used.
_base_ = ['./yolov5m_plain_1xb8-30e_voco2exdark.py', '../_base_/wiid_yolo.py']
wiid = dict(dark=_base_.unlabelled_dark)
