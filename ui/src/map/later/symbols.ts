/** Military symbols drawn once each and kept as small pictures.  A chunk of its own: 200 KB that the map does without at first. */

import ms from "milsymbol";

export interface Sprite {
  readonly image: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  /** Where the position lies in it, in its own pixels. */
  readonly anchor: readonly [number, number];
}

/** In which colours symbols are drawn: the desk's own for each side, so that the map and the lists agree; the frame's shape says it again. */
export interface Ink {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
  readonly nobody: string;
  readonly old: string;
  readonly line: string;
  readonly outline: string;
}

function everywhere(color: string) {
  return { Civilian: color, Friend: color, Neutral: color, Hostile: color, Unknown: color, Suspect: color };
}

const held = new Map<string, Sprite>();

/** The picture of a code; `faded`: its position is old. */
export function symbol(code: string, size: number, ink: Ink, ratio: number, faded: boolean): Sprite {
  const key = `${code} ${size} ${ink.name} ${ratio} ${faded}`;
  let sprite = held.get(key);
  if (!sprite) {
    const fill = { Civilian: ink.nobody, Friend: ink.ours, Neutral: ink.theirs, Hostile: ink.nobody, Unknown: ink.nobody, Suspect: ink.nobody };
    const grey = { Civilian: ink.old, Friend: ink.old, Neutral: ink.old, Hostile: ink.old, Unknown: ink.old, Suspect: ink.old };
    const drawn = new ms.Symbol(code, { size, colorMode: faded ? grey : fill, frameColor: everywhere(ink.line), iconColor: everywhere(ink.line), outlineColor: ink.outline, outlineWidth: 3, civilianColor: false });
    const { x, y } = drawn.getAnchor();
    const { width, height } = drawn.getSize();
    sprite = { image: drawn.asCanvas(ratio), width, height, anchor: [x, y] };
    held.set(key, sprite);
  }
  return sprite;
}

/** The same as markup for the legend, with no style of its own, so that the page's policy lets it stand. */
export function symbolUrl(code: string, size: number, ink: Ink): string {
  return symbol(code, size, ink, 2, false).image.toDataURL();
}
