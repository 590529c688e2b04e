# WiiD without any real dark image.
_base_ = './yolov5m_wiid_1xb8-30e_voco2exdark.py'
wiid = dict(dark=None)
