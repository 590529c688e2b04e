# YOLOv5n from scratch on composed day scenes: the baseline of every row.
_base_ = ['../_base_/yolo.py', '../_base_/datasets/gtsrb_scenes_yolo.py']
model = 'yolov5n.yaml'
train = dict(epochs=8, batch=16, nbs=16, imgsz=256, scale=0.5)
wiid = dict(paired=False)
