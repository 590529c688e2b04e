# The method for Ultralytics: that for mmdet.
_base_ = './wiid_det.py'
wiid = dict(task='yolo')
