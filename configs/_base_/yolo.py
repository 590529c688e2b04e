# Ultralytics: options of its own trainer under `train`, ours under `wiid`.
default_scope = 'ultralytics'
visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])  # Ultralytics' own files
pretrained = None  # a .pt whose matching weights are loaded first
train = dict(
    epochs=30,
    batch=8,
    imgsz=608,
    optimizer='SGD',
    lr0=0.01,
    lrf=0.1,
    momentum=0.937,
    weight_decay=5e-4,
    warmup_epochs=3,
    mosaic=1.0,
    close_mosaic=0,  # to the end, as YOLOv5 did
    mixup=0.1,
    scale=0.9,
    hsv_h=0.015,
    hsv_s=0.7,
    hsv_v=0.4,
    seed=0,
)
