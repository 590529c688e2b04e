"""Change the light of files: trees of pictures and clips in, the same trees out.

What ``tools/enhance.py`` and ``tools/darken.py`` share: which files there are and what they become,
reading and writing them, the notes that let the same command go on, and the report.
"""
