# Does everything run? One epoch on a fiftieth of the scenes, a minute on a CPU; learns nothing.
_base_ = './yolov5n_wiid_1xb16-8e_gtsrb-scenes.py'
train = dict(epochs=1, batch=4, nbs=4, imgsz=128, fraction=0.02, workers=0)
