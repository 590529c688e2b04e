"""Recognition in the dark without dark labels, as plugins for OpenMMLab and Ultralytics."""

from importlib.metadata import PackageNotFoundError, version

__version__ = '0.1.0'

_NEEDED = {'mmengine': '0.10.', 'torch': '2.'}

for _name, _prefix in _NEEDED.items():
    try:
        _found = version(_name)
    except PackageNotFoundError:
        raise ImportError(f'wiid_plugins needs {_name} {_prefix}x; run `make setup`') from None
    if not _found.startswith(_prefix):
        raise ImportError(
            f'wiid_plugins needs {_name} {_prefix}x, found {_found}; run `make setup`'
        )
