/** The records that the field page's acts are made of.  Pure. */

import type { FieldTasking, Place } from "../../api/types";
import type { FilePart, RecordPart } from "../../model/queue";
import type { Language } from "../../model/time";

export interface Standing {
  readonly unit: string;
  readonly status: string;
  /** A call for help stands until it is called off: no other status may end it by the way. */
  readonly help: boolean;
}

const instant = (us: number) => ({ start: us, end: us });

function part(kind: string, data: Record<string, unknown>, placeWanted = false): RecordPart {
  return { what: "record", kind, data, placeWanted, ref: null };
}

/** Where the unit is and what it does, as of when that was done. */
export function statusPart(standing: Standing, at: number, more: { readonly text?: string; readonly lang?: Language; readonly place?: Place | null; readonly findPlace: boolean }): RecordPart {
  const { unit, status, help } = standing;
  const text = more.text?.trim();
  const data = { unit, status, as_of: instant(at), ...(help ? { help } : {}), ...(more.place ? { place: more.place } : {}), ...(text ? { text: { lang: more.lang, text } } : {}) };
  return part("unit-status", data, more.findPlace && !more.place);
}

/** The next step of a tasking; what was ordered stays said. */
export function stepPart(tasking: FieldTasking, status: string, reason?: { readonly lang: Language; readonly text: string }): RecordPart {
  const { unit, incident, place, due } = tasking;
  return part("tasking", { unit, incident, status, ...(place ? { place } : {}), ...(due ? { due } : {}), ...(reason ? { text: reason } : {}) });
}

/** A statement about an incident, as of when it was written. */
export function reportPart(incident: string, text: string, lang: Language, at: number, source: string, place: Place | null, findPlace: boolean): RecordPart {
  return part("report", { incident, text: { lang, text: text.trim() }, when: instant(at), source, ...(place ? { place } : {}) }, findPlace && !place);
}

/** A file about a record. */
export function filePart(key: string, file: File, name: string, strip: boolean, about: string): FilePart {
  return { what: "file", file: key, name, type: file.type, size: file.size, strip, about, stored: null, ref: null };
}
