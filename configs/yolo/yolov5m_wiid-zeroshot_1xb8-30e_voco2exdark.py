# WiiD without any real dark picture.
_base_ = ['./yolov5m_plain_1xb8-30e_voco2exdark.py', '../_base_/wiid_yolo.py']
wiid = dict(aux=dict(mmd=None))
