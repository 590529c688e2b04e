"""Train from a config: ``python tools/train.py configs/cls/....py`` (same options as the toolbox's).

The config's ``default_scope`` says which toolbox it belongs to; that toolbox's own launcher does the
rest, so ``--work-dir --resume --amp --cfg-options --launcher`` are its own.
"""

from wiid_plugins.launch import hand_over

if __name__ == '__main__':
    hand_over('train')
