"""Which files the reader takes for images, by their suffix."""

_PLAIN = '.bmp .jpeg .jpg .pgm .png .ppm .tif .tiff .webp'
_HEIF = '.heic .heif .hif'
_RAW = """.3fr .ari .arw .bay .cap .cr2 .cr3 .crw .dcr .dng .erf .fff .gpr .iiq .k25 .kdc .mdc .mef
    .mos .mrw .nef .nrw .orf .pef .ptx .raf .raw .rw2 .rwl .rwz .sr2 .srf .srw .sti .x3f"""

PLAIN, HEIF = frozenset(_PLAIN.split()), frozenset(_HEIF.split())
RAW = frozenset(_RAW.split())  # of cameras, as LibRaw knows them
SUFFIXES = PLAIN | HEIF | RAW
