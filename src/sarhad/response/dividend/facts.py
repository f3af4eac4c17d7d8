"""What the one-page result rests on, said in the reader's language: nothing that is not in the words stays in English.

A fact is a key and its figures; the sentences stand here, a line a language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sarhad.response.dividend.compute import Loaded
from sarhad.response.simulation.stream import Delay, Fit, Recorded
from sarhad.wire.values import Language

Value = int | float | str | Sequence[str] | Mapping[int, int] | Loaded


@dataclass(frozen=True, slots=True)
class Fact:
    """``key`` names the sentence, ``values`` its figures."""

    key: str
    values: Mapping[str, Value]


def of_table(table: str, used: int, left_out: Mapping[int, int]) -> list[Fact]:
    """Return what is said of the incidents: the one table, how many count, how many are known too coarsely to."""
    return [Fact("incidents", {"table": table, "used": used}), Fact("left-out", {"left": left_out})]


def of_force(units: int, kinds: Sequence[str]) -> list[Fact]:
    """Return what is said of the units, which are made up in every example."""
    return [Fact("units", {"units": units, "kinds": kinds}), Fact("fiction", {})]


def of_load(model: Fit | Recorded, delay: Delay, scene_s: float, runs: int, busy: Loaded) -> list[Fact]:
    """Return what is said of the simulation."""
    facts = [
        Fact(
            "delay-measured" if delay.measured else "delay-assumed",
            {"median": _minutes(delay.median_s), "p90": _minutes(delay.p90_s), "times": delay.measured},
        ),
        Fact("scene", {"hours": f"{scene_s / 3600:g}"}),
    ]
    if isinstance(model, Recorded):
        facts.append(Fact("replayed", {"count": int(model.start.size)}))
    else:
        key = "fits" if model.p_value >= 0.05 else "bursts"
        facts.append(Fact(key, {"count": int(model.incidents), "years": model.years}))
    return [*facts, Fact("load", {"runs": runs, "busy": busy})]


def sentence(fact: Fact, lang: Language) -> tuple[str, str]:
    """Return the fact's name and its sentence in a language."""
    words = _WORDS[lang]
    values = {name: _shown(value, lang) for name, value in fact.values.items()}
    return words[fact.key], words[f"{fact.key}:"].format(**values)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}".removesuffix(".0")


def _shown(value: Value, lang: Language) -> str:
    if isinstance(value, Loaded):
        return _load(value, lang)
    if isinstance(value, Mapping):
        words = _WORDS[lang]
        parts = [f"{words[f'precision-{p}']} {count}" for p, count in sorted(value.items()) if count]
        return digits(_COMMA[lang].join(parts) or words["none"], lang)
    if isinstance(value, int | float):
        return digits(f"{value:,}", lang)
    if isinstance(value, str):
        return digits(value, lang) if value[:1].isdigit() else value
    return _COMMA[lang].join(_WORDS[lang].get(f"kind-{word}", word) for word in value)


def _load(busy: Loaded, lang: Language) -> str:
    """Say what each figure gains under load, with its interval; nothing is said where it cannot be told."""
    words, parts = _WORDS[lang], []
    for key, gain in busy.gain.items():
        scale, unit = (1 / 60, words["min"]) if key.endswith("_s") else (100.0, words["points"])
        if gain.mean - gain.mean != 0:
            parts.append(f"{words[key]}: {words['untold']}")
            continue
        numbers = [f"\u2066{scale * number:+.1f}\u2069" for number in (gain.mean, gain.low, gain.high)]
        parts.append(words["gain"].format(name=words[key], mean=numbers[0], low=numbers[1], high=numbers[2], unit=unit))
    return digits(_SEMICOLON[lang].join(parts), lang)


def digits(text: str, lang: Language) -> str:
    """Return the text with the digits that its readers use: Persian ones in Persian, else European ones."""
    return text.translate(_PERSIAN) if lang == "fa" else text


_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹") | str.maketrans(",.", "٬٫")
_COMMA: dict[Language, str] = {"en": ", ", "fa": "، ", "ur": "، "}
_SEMICOLON: dict[Language, str] = {"en": "; ", "fa": "؛ ", "ur": "؛ "}

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "incidents": "Incidents",
        "incidents:": "{used} of the table “{table}”; other tables are not added to it",
        "left-out": "Known too coarsely to count",
        "left-out:": "{left}",
        "none": "none",
        "precision-4": "province",
        "precision-5": "along a line",
        "precision-6": "country",
        "precision-7": "sea or air",
        "units": "Units",
        "units:": "{units}: {kinds}",
        "fiction": "Posts and units",
        "fiction:": "made up",
        "delay-assumed": "Answer of the other desk",
        "delay-assumed:": "{median} min, one in ten above {p90} min (assumed)",
        "delay-measured": "Answer of the other desk",
        "delay-measured:": "{median} min, one in ten above {p90} min (countersigned, {times} times)",
        "scene": "Work at the scene",
        "scene:": "{hours} hours on average (assumed)",
        "fits": "Incidents to come",
        "fits:": "drawn from {count} in {years} years; the model fits them",
        "bursts": "Incidents to come",
        "bursts:": "drawn from {count} in {years} years; they came in bursts, which the model understates",
        "replayed": "Incidents to come",
        "replayed:": "the {count} on record, replayed",
        "load": "When units are busy",
        "load:": "{runs} simulated runs, gain with its 95 % interval: {busy}",
        "gain": "{name} {mean} {unit} ({low} to {high})",
        "untold": "too many are not reached to tell",
        "min": "min",
        "points": "points",
        "median_s": "median",
        "p90_s": "90th percentile",
        "within_1800": "within 30 min",
        "within_3600": "within 60 min",
        "within_7200": "within 120 min",
        "reached": "reached at all",
        "kind-patrol": "patrol",
        "kind-reaction": "reaction",
        "kind-medical": "medical",
        "kind-engineer": "engineer",
        "kind-explosive-disposal": "explosive disposal",
        "kind-aviation": "aviation",
        "kind-drone": "drone",
        "kind-liaison": "liaison",
    },
    "fa": {
        "incidents": "رویدادها",
        "incidents:": "{used} رویداد از جدول «{table}»؛ جدول‌های دیگر به آن افزوده نمی‌شوند",
        "left-out": "کنارگذاشته، چون جای آن‌ها دقیق نیست",
        "left-out:": "{left}",
        "none": "هیچ",
        "precision-4": "استان",
        "precision-5": "در امتداد خط",
        "precision-6": "کشور",
        "precision-7": "دریا یا هوا",
        "units": "یگان‌ها",
        "units:": "{units}: {kinds}",
        "fiction": "پاسگاه‌ها و یگان‌ها",
        "fiction:": "ساختگی",
        "delay-assumed": "پاسخ میز دیگر",
        "delay-assumed:": "{median} دقیقه، از هر ده بار یک بار بیش از {p90} دقیقه (فرضی)",
        "delay-measured": "پاسخ میز دیگر",
        "delay-measured:": "{median} دقیقه، از هر ده بار یک بار بیش از {p90} دقیقه ({times} بار، با امضای متقابل)",
        "scene": "کار در صحنه",
        "scene:": "به طور میانگین {hours} ساعت (فرضی)",
        "fits": "رویدادهای آینده",
        "fits:": "برگرفته از {count} رویداد در {years} سال؛ مدل با آن‌ها سازگار است",
        "bursts": "رویدادهای آینده",
        "bursts:": "برگرفته از {count} رویداد در {years} سال؛ رویدادها خوشه‌ای آمده‌اند و مدل آن را کمتر نشان می‌دهد",
        "replayed": "رویدادهای آینده",
        "replayed:": "بازپخش {count} رویداد ثبت‌شده",
        "load": "با یگان‌های مشغول",
        "load:": "{runs} بار شبیه‌سازی، سود با بازه ۹۵٪: {busy}",
        "gain": "{name} {mean} {unit} ({low} تا {high})",
        "untold": "به شمار زیادی نمی‌رسند و نمی‌توان گفت",
        "min": "دقیقه",
        "points": "واحد درصد",
        "median_s": "میانه",
        "p90_s": "صدک ۹۰",
        "within_1800": "در ۳۰ دقیقه",
        "within_3600": "در ۶۰ دقیقه",
        "within_7200": "در ۱۲۰ دقیقه",
        "reached": "رسیدن در هر زمان",
        "kind-patrol": "گشت",
        "kind-reaction": "واکنش سریع",
        "kind-medical": "پزشکی",
        "kind-engineer": "مهندسی",
        "kind-explosive-disposal": "خنثی‌سازی",
        "kind-aviation": "هوایی",
        "kind-drone": "پهپاد",
        "kind-liaison": "رابط",
    },
    "ur": {
        "incidents": "واقعات",
        "incidents:": "جدول «{table}» کے {used} واقعات؛ دوسرے جدول اس میں جمع نہیں کیے جاتے",
        "left-out": "شمار نہیں کیے گئے، جگہ غیر واضح",
        "left-out:": "{left}",
        "none": "کوئی نہیں",
        "precision-4": "صوبہ",
        "precision-5": "لکیر کے ساتھ",
        "precision-6": "ملک",
        "precision-7": "سمندر یا فضا",
        "units": "دستے",
        "units:": "{units}: {kinds}",
        "fiction": "چوکیاں اور دستے",
        "fiction:": "فرضی بنائے گئے",
        "delay-assumed": "دوسرے ڈیسک کا جواب",
        "delay-assumed:": "{median} منٹ، دس میں سے ایک بار {p90} منٹ سے زیادہ (مفروضہ)",
        "delay-measured": "دوسرے ڈیسک کا جواب",
        "delay-measured:": "{median} منٹ، دس میں سے ایک بار {p90} منٹ سے زیادہ (جوابی دستخط سے {times} بار ناپا گیا)",
        "scene": "موقع پر کام",
        "scene:": "اوسطاً {hours} گھنٹے (مفروضہ)",
        "fits": "آئندہ واقعات",
        "fits:": "{years} سال کے {count} واقعات سے لیے گئے؛ ماڈل ان سے مطابقت رکھتا ہے",
        "bursts": "آئندہ واقعات",
        "bursts:": "{years} سال کے {count} واقعات سے لیے گئے؛ واقعات جھرمٹ میں آئے، ماڈل اسے کم دکھاتا ہے",
        "replayed": "آئندہ واقعات",
        "replayed:": "ریکارڈ کے {count} واقعات دوبارہ چلائے گئے",
        "load": "جب دستے مصروف ہوں",
        "load:": "{runs} نقلی دور، فائدہ 95٪ وقفے کے ساتھ: {busy}",
        "gain": "{name} {mean} {unit} ({low} تا {high})",
        "untold": "بہت سوں تک نہیں پہنچتے، بتایا نہیں جا سکتا",
        "min": "منٹ",
        "points": "فیصد پوائنٹ",
        "median_s": "وسطانیہ",
        "p90_s": "90واں صدک",
        "within_1800": "30 منٹ میں",
        "within_3600": "60 منٹ میں",
        "within_7200": "120 منٹ میں",
        "reached": "کسی بھی وقت پہنچنا",
        "kind-patrol": "گشتی",
        "kind-reaction": "فوری ردِعمل",
        "kind-medical": "طبی",
        "kind-engineer": "انجینئر",
        "kind-explosive-disposal": "بم ڈسپوزل",
        "kind-aviation": "فضائی",
        "kind-drone": "ڈرون",
        "kind-liaison": "رابطہ",
    },
}
