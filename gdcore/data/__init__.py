"""Data: samples drawn from a seed, input normalization, images of MNIST and its like, a text.

Nothing here reaches for the network unless `download` is called. No file of the reader's is moved
or overwritten.
"""

from gdcore.data.downloads import download
from gdcore.data.idx import halve, pixels, read_idx
from gdcore.data.images import FASHION_MNIST, MNIST, Images, ImageSet, load_images
from gdcore.data.language import Language, load_language, sequences
from gdcore.data.normalization import Normalization, fit_normalization
from gdcore.data.samples import Labels, blobs, gabor_sample, spirals, two_moons

__all__ = [
    "FASHION_MNIST",
    "MNIST",
    "ImageSet",
    "Images",
    "Labels",
    "Language",
    "Normalization",
    "blobs",
    "download",
    "fit_normalization",
    "gabor_sample",
    "halve",
    "load_images",
    "load_language",
    "pixels",
    "read_idx",
    "sequences",
    "spirals",
    "two_moons",
]
