"""Small files of clips of every kind, made with PyAV and Pillow."""

from fractions import Fraction

import av
import numpy as np
from PIL import Image

BASE = Fraction(1, 1000)


def grey(levels, size=(48, 64)):
    """Frames of one level each, ``(H, W, 3)`` uint8."""
    return [np.full((*size, 3), level, np.uint8) for level in levels]


def write_clip(path, frames, times=None, codec='libx264', pix_fmt='yuv420p', sound=None, **context):
    """Write RGB frames.

    Args:
        path: Of the file.
        frames: ``(H, W, 3)`` uint8, or frames of PyAV as they are.
        times: In milliseconds; 40 apart if None.
        codec: Encoder.
        pix_fmt: Its format.
        sound: Codec of a second of tone.
        **context: Attributes of the encoder; ``g`` is the distance of key frames, ``options`` are
            those of the file.
    """
    options = context.pop('options', {})
    with av.open(str(path), 'w', options=options) as container:
        stream = container.add_stream(codec, rate=25, options={'g': str(context.pop('g', 10))})
        made = [
            av.VideoFrame.from_ndarray(f, format='rgb24') if isinstance(f, np.ndarray) else f
            for f in frames
        ]
        stream.height, stream.width, stream.pix_fmt = made[0].height, made[0].width, pix_fmt
        if times is not None:
            stream.codec_context.time_base = BASE
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        tone = sound and container.add_stream(sound, rate=44100, layout='mono')
        for i, frame in enumerate(made):
            if times is not None:
                frame.pts, frame.time_base = times[i], BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound:
            _write_tone(container, tone)
    return path


def _write_tone(container, stream):
    wave = (0.3 * np.sin(np.arange(44100) / 16)).astype(np.float32)
    for start in range(0, 44100, 1024):
        part = wave[None, start : start + 1024]
        frame = av.AudioFrame.from_ndarray(part, format='fltp', layout='mono')
        frame.sample_rate, frame.pts = 44100, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def cut_start(source, target, seconds=0.3):
    """Leave out the first seconds by an edit list, as ``ffmpeg -ss 0.3 -i a -c copy b`` does."""
    with av.open(str(source)) as old, av.open(str(target), 'w') as new:
        streams = {s.index: new.add_stream_from_template(s) for s in old.streams}
        for packet in old.demux():
            if packet.dts is not None:
                shift = int(seconds / packet.time_base)
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = streams[packet.stream_index]
                new.mux(packet)
    return target


def halve(source, target, part=0.5):
    """Keep the first part of a file."""
    data = source.read_bytes()
    target.write_bytes(data[: int(part * len(data))])
    return target


def turn(path, right=(0, 1, -1, 0)):
    """Say in an MP4 file's track header that it is shown turned, by default by 90 degrees right."""
    data = bytearray(path.read_bytes())
    start = data.index(b'tkhd') + 4 + 40  # version 0: the matrix follows 40 bytes
    a, b, c, d = (value << 16 for value in right)
    numbers = [a, b, 0, c, d, 0, 0, 0, 1 << 30]
    data[start : start + 36] = b''.join(n.to_bytes(4, 'big', signed=True) for n in numbers)
    path.write_bytes(data)
    return path


def write_animation(path, frames, milliseconds=100):
    """Write a GIF or a WebP that moves."""
    first, *others = map(Image.fromarray, frames)
    options = dict(lossless=True) if path.suffix == '.webp' else {}
    first.save(path, save_all=True, append_images=others, duration=milliseconds, **options)
    return path


def packets_of(path, kind='video'):
    """Times in seconds and bytes of the packets of the first stream of a kind, in order of time."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(**{kind: 0}) if p.pts is not None]
        return sorted((float(p.pts * p.time_base), bytes(p)) for p in packets if not p.is_discard)
