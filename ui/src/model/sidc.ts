/**
 * Symbol identification codes of APP-6(D) / MIL-STD-2525D for what we know of: twenty digits, of which we
 * set context, identity, symbol set, status, entity and first modifier.  The whole table is in docs/symbols.md.
 */

import type { IncidentView, UnitView } from "../api/types";

/** Which side a thing is of, as one of the two parties sees it; an incident is of nobody. */
export type Identity = "ours" | "theirs" | "nobody";

const IDENTITY: Readonly<Record<Identity, string>> = { ours: "3", theirs: "4", nobody: "1" };
const LAND_UNIT = "10";
const INSTALLATION = "20";
const ACTIVITY = "40";

interface Code {
  readonly set: string;
  readonly entity: string;
  /** Sector 1 modifier. */
  readonly modifier?: string;
}

/** Unit kinds of the wire format. */
export const UNIT_CODES: Readonly<Record<string, Code>> = {
  patrol: { set: LAND_UNIT, entity: "200200" },
  reaction: { set: LAND_UNIT, entity: "121104" },
  medical: { set: LAND_UNIT, entity: "161300" },
  engineer: { set: LAND_UNIT, entity: "140700" },
  "explosive-disposal": { set: LAND_UNIT, entity: "140800" },
  aviation: { set: LAND_UNIT, entity: "120600" },
  drone: { set: LAND_UNIT, entity: "121900" },
  liaison: { set: LAND_UNIT, entity: "110500" },
};
const ANY_UNIT: Code = { set: LAND_UNIT, entity: "200000" };
export const POST_CODE: Code = { set: INSTALLATION, entity: "112102" };
export const CROSSING_CODE: Code = { set: INSTALLATION, entity: "112103" };

/** Categories of incidents. */
export const INCIDENT_CODES: Readonly<Record<string, Code>> = {
  bombing: { set: ACTIVITY, entity: "110301" },
  "suicide-bombing": { set: ACTIVITY, entity: "110304" },
  ambush: { set: ACTIVITY, entity: "110400", modifier: "22" },
  "armed-clash": { set: ACTIVITY, entity: "110400" },
  shelling: { set: ACTIVITY, entity: "110604" },
  "air-strike": { set: ACTIVITY, entity: "110605" },
  abduction: { set: ACTIVITY, entity: "110100", modifier: "05" },
  assassination: { set: ACTIVITY, entity: "110108", modifier: "01" },
  incursion: { set: ACTIVITY, entity: "130900" },
  smuggling: { set: ACTIVITY, entity: "110119" },
  sabotage: { set: ACTIVITY, entity: "110122" },
  accident: { set: ACTIVITY, entity: "160000", modifier: "16" },
  disaster: { set: ACTIVITY, entity: "170000" },
  other: { set: ACTIVITY, entity: "110100" },
};
const ANY_INCIDENT: Code = { set: ACTIVITY, entity: "110100" };

export const unitCode = (kind: UnitView["unit_kind"]): Code => UNIT_CODES[kind] ?? ANY_UNIT;
export const incidentCode = (category: IncidentView["category"]): Code => INCIDENT_CODES[category] ?? ANY_INCIDENT;

/** The twenty digits: version, context, identity, set, status, HQ/task force, amplifier, entity, modifiers. */
export function sidc(code: Code, identity: Identity, exercise: boolean): string {
  return `10${exercise ? "1" : "0"}${IDENTITY[identity]}${code.set}0000${code.entity}${code.modifier ?? "00"}00`;
}
