"""Place names on the real region: one place, however its name is spelt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sarhad.gateways.geo.places import read_places
from sarhad.picture import places
from sarhad.picture.places import MAX_QUERY, PlaceIndex, PlaceView, skeleton
from sarhad.wire.errors import Refused

REGION = Path(__file__).resolve().parents[2] / "examples" / "sistan-balochistan"
_read = read_places(REGION)
assert _read is not None
INDEX = _read

SPELT = {
    "زاهدان": ["Zahedan", "Zāhedān", "zahidan", "ZAHEDAN", "Zahedán", "زاهدان", "زاہدان"],
    "خاش": ["Khash", "Khāsh", "Khaash", "خاش"],
    "میرجاوه": ["Mirjaveh", "Mirjava", "Mīrjāveh", "Meerjawa", "میرجاوہ"],
    "تفتان": ["Taftan", "Tafthan", "Taftān"],
    "ایرانشهر": ["Iranshahr", "Iran Shahr", "Īrānshahr", "ایران شهر", "ایران‌شهر", "ایرانشہر"],
    "چابهار": ["Chabahar", "Chābahār", "Chah Bahar", "چابہار", "چاه‌بهار"],
    "سراوان": ["Saravan", "Sarāvān", "Sarawan"],
    "گوادر": ["Gwadar", "Guadar", "Gawadar", "Gvadar"],
    "پنجگور": ["Panjgur", "Panjgoor", "Panjgūr"],
    "نوشکی\u200e": ["Nushki", "Noshki", "نوشكي"],
    "دالبندین": ["Dalbandin", "Dalbandeen"],
    "قصرقند": ["Qasr-e Qand", "Qasrqand", "Kasr-e Kand", "قصر قند"],
    "اورماڑا": ["Ormara", "اورماڑہ"],
    "ھوشاپ": ["Hoshap", "Hoshab", "ہوشاپ"],
    "خاران": ["Kharan", "Khārān"],
    "نیک\u200cشهر": ["Nikshahr", "Nik Shahr", "نیکشهر"],
    "پسنى": ["Pasni", "پسنی"],
    "کنارک": ["Konarak", "Kunarak"],
    "زهک": ["Zehak", "Zahak"],
    "Basima": ["Basima", "بسیمہ", "Baseema"],
    "Kili Sher Dīn": ["Kili Sher Din", "کلی شیر دین"],
}


def test_every_named_place_of_the_region_is_indexed() -> None:
    assert len(INDEX) == 3_476  # of 4,060 places, 584 have no name


@pytest.mark.parametrize(("name", "spelling"), [(name, one) for name, spelt in SPELT.items() for one in spelt])
def test_a_place_is_found_first_or_nearly_so(name: str, spelling: str) -> None:
    assert name in [place.name for place in INDEX.find(spelling, 3)]


@pytest.mark.parametrize("name", ["زاهدان", "خاش", "ایرانشهر", "گوادر", "تفتان", "میرجاوه"])
def test_a_town_comes_before_villages_of_its_name(name: str) -> None:
    for spelling in SPELT[name][:2]:
        assert INDEX.find(spelling, 1)[0].name == name, spelling


def test_a_name_is_found_by_its_beginning_and_by_its_later_words() -> None:
    assert "زاهدان" in [place.name for place in INDEX.find("Zahed", 20)]
    assert "کوه تفتان" in [place.name for place in INDEX.find("Taftan", 20)]


def test_every_name_finds_itself() -> None:
    held = {(place.name, place.lat, place.lon) for place in INDEX._places}
    missed = []
    for name, lat, lon in held:
        found = INDEX.find(name[:MAX_QUERY], 50)
        if all(place.name != name for place in found):
            missed.append((name, lat, lon))
    assert missed == []


def test_places_are_where_they_are() -> None:
    zahedan = INDEX.find("Zahedan", 1)[0]
    assert zahedan.place_class == "city"
    assert zahedan.country == "IRN"
    assert abs(zahedan.lat - 294_963_000) < 500_000
    assert abs(zahedan.lon - 608_629_000) < 500_000


@pytest.mark.parametrize("nothing", ["", "  ", "?!", "Kopenhagen xyz", "東京"])
def test_what_is_no_place_here_finds_none(nothing: str) -> None:
    assert INDEX.find(nothing) == []


def test_too_long_a_query_and_too_large_a_page_are_refused() -> None:
    for query, limit in (("x" * (MAX_QUERY + 1), 20), ("x", 0), ("x", 51)):
        with pytest.raises(Refused):
            INDEX.find(query, limit)


@given(st.text(max_size=MAX_QUERY), st.integers(1, 50))
def test_any_query_gives_at_most_what_was_asked_for_and_always_the_same(query: str, limit: int) -> None:
    found = INDEX.find(query, limit)
    assert len(found) <= limit
    assert found == INDEX.find(query, limit)
    assert len(set(map(id, found))) == len(found)


@given(st.text("زذضظسصثتطقغکگخحهاآویبپ", min_size=1, max_size=12))
def test_letters_of_one_sound_have_one_skeleton(name: str) -> None:
    swapped = name.translate(str.maketrans("ذضظصثطغحآ", "زززسستقها"))
    assert skeleton(places._sounds(name)) == skeleton(places._sounds(swapped))


def test_further_names_lead_to_the_place_once() -> None:
    place = PlaceView(name="کوئٹہ", place_class="city", country="PAK", lat=1, lon=2)
    index = PlaceIndex([(place, ("Quetta", "کویته"))])
    assert index.find("Quetta") == [place]
    assert index.find("koeta") == [place]
