"""Photos: what they tell besides the picture, taking that out without touching the picture, small views of them."""

from sarhad.desk.photos.look import PhotoFacts, PhotoPlace, Photos, photo_type
from sarhad.desk.photos.strip import stripped

__all__ = ["PhotoFacts", "PhotoPlace", "Photos", "photo_type", "stripped"]
