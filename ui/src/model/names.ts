/** Place names as people type them: either script, with the vowels that they happen to know. */

const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  ([
    ["b", "ب"], ["p", "پ"], ["t", "تطٹة"], ["s", "سصث"], ["j", "جژ"], ["c", "چ"], ["h", "هحہھۀۂ"], ["x", "خ"],
    ["d", "دڈ"], ["z", "زذضظ"], ["r", "رڑ"], ["$", "ش"], ["k", "کكقغ"], ["f", "ف"], ["g", "گ"], ["l", "ل"],
    ["m", "م"], ["n", "نں"],
  ] as const).flatMap(([latin, letters]) => [...letters].map((letter) => [letter, latin] as const)),
);
const DIGRAPHS: readonly (readonly [RegExp, string])[] = [
  [/kh/g, "x"], [/gh/g, "k"], [/sh/g, "$"], [/ch/g, "c"], [/zh/g, "j"], [/ph/g, "f"], [/th/g, "t"], [/dh/g, "d"], [/q/g, "k"],
];

/** The consonants that both scripts write, doubled ones once, a last h dropped: `Zahedan` and `زاهدان` are `zhdn`. */
export function skeleton(name: string): string {
  let latin = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  for (const [pair, letter] of DIGRAPHS) latin = latin.replace(pair, letter);
  return [...latin]
    .map((letter) => LETTERS[letter] ?? (/[bcdfghjklmnprstxz$]/.test(letter) ? letter : /\s/.test(letter) ? " " : ""))
    .join("")
    .replace(/(.)\1+/g, "$1")
    .replace(/h\b/g, "")
    .trim();
}

function plain(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/ي/g, "ی").replace(/ك/g, "ک").trim();
}

export interface NamedPlace {
  readonly name: string;
  /** What it is: `city`, `post`, … */
  readonly what: string;
  readonly lat: number;
  readonly lon: number;
  /** How big it is: smaller is named first. */
  readonly rank: number;
  /** Its position is that of the thing itself, not of a settlement's middle. */
  readonly exact: boolean;
}

export interface IndexedPlace extends NamedPlace {
  readonly plain: string;
  readonly bones: string;
}

/** Makes places ready for `findPlaces`. */
export function indexed(places: readonly NamedPlace[]): IndexedPlace[] {
  return places.map((place) => ({ ...place, plain: plain(place.name), bones: skeleton(place.name) }));
}

/** The places that `typed` may mean, the likeliest first; none for less than two letters. */
export function findPlaces(places: readonly IndexedPlace[], typed: string, most = 8): IndexedPlace[] {
  const [word, bones] = [plain(typed), skeleton(typed)];
  if (word.length < 2) return [];
  const score = (place: IndexedPlace): number => {
    if (place.plain === word) return 0;
    if (place.plain.startsWith(word)) return 1;
    if (bones.length > 1 && place.bones === bones) return 2;
    if (bones.length > 2 && place.bones.startsWith(bones)) return 3;
    return place.plain.includes(word) ? 4 : 9;
  };
  return places
    .map((place) => ({ place, score: score(place) }))
    .filter((found) => found.score < 9)
    .sort((a, b) => a.score - b.score || a.place.rank - b.place.rank || a.place.name.length - b.place.name.length)
    .slice(0, most)
    .map((found) => found.place);
}
