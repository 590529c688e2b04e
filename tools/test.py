"""Test a checkpoint: ``python tools/test.py configs/cls/....py CHECKPOINT`` (options of the toolbox)."""

from wiid_plugins.launch import hand_over

if __name__ == '__main__':
    hand_over('test')
