# Your own images with boxes, for Ultralytics: a data YAML as it is. README.md leads through it.
_base_ = ['../_base_/yolo.py', '../_base_/wiid_yolo.py']
day = 'data/own/data.yaml'  # labelled: its train is trained on, its val tests by day
dark = night = test = None  # unlabelled by night; labelled by night and by day, to test on
model, pretrained = 'yolo11n.yaml', 'yolo11n.pt'
train = dict(batch=16, imgsz=640)
