import torch

from wiid_plugins.visualization.light_table import middle_frames


def test_the_middle_frame_of_a_clip_is_taken_whatever_its_layout():
    frames = torch.arange(5.0).view(1, 1, 1, 5, 1, 1).expand(2, 1, 3, 5, 4, 4)  # of a 3D recognizer
    segments = torch.arange(8.0).view(1, 8, 1, 1, 1).expand(2, 8, 3, 4, 4)  # of a 2D one
    for clips, index in ((frames, 2), (segments, 4)):
        assert torch.equal(middle_frames(clips), torch.full((2, 3, 4, 4), index))
