# The method for clips: that for images. What moves is the target, and the regions are tubes.
_base_ = './wiid_cls.py'
wiid = dict(task='act')
