# YOLOv5m on day pictures only: the baseline.
_base_ = ['../_base_/yolo.py', '../_base_/datasets/voco2exdark_yolo.py']
model = 'yolov5m.yaml'
wiid = dict(paired=False)
