/** Where the map gets its military symbols from: the chunk that is loaded once the watch stands. */

import type { Symbols } from "../../map/chart";
import { symbol, type Ink } from "../../map/later/symbols";
import { PALETTES } from "../../map/palette";
import { incidentCode, sidc } from "../../model/sidc";

const SIZE = { incident: 14, unit: 16 };

export function inkOf(theme: "dark" | "light"): Ink {
  const palette = PALETTES[theme];
  const line = theme === "dark" ? "#0b1013" : "#fffdf6";
  return { name: theme, ours: palette.ours, theirs: palette.theirs, nobody: palette.incident, old: palette.stale, line, outline: palette.borderCase };
}

export function sources(theme: "dark" | "light", exercise: boolean): Symbols {
  const ink = inkOf(theme);
  return {
    incident: (category, ratio) => symbol(sidc(incidentCode(category), "nobody", exercise), SIZE.incident, ink, ratio, false),
    unit: (code, faded) => symbol(code, SIZE.unit, ink, window.devicePixelRatio || 1, faded),
  };
}
