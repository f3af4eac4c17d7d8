/** What the officer does on the field page: each is one act in the queue. */

import type { FieldTasking, Place } from "../../api/types";
import { statusAt, takesBack, type Part } from "../../model/queue";
import { unique } from "../../model/unique";
import { preferences } from "../preferences.svelte";
import { field } from "./field.svelte";
import { here, placeOf, type Fix } from "./here.svelte";
import { filePart, reportPart, statusPart, stepPart, type Standing } from "./making";

const AT_ONCE = 0;
const NO_FILES: ReadonlyMap<string, Blob> = new Map();

export interface Photo {
  readonly file: File;
  readonly strip: boolean;
}

function doing(status = field.unitNow.status, help = field.unitNow.help): Standing {
  return { unit: field.view?.unit?.ref ?? field.units[0] ?? "", status, help };
}

/** The next step of a tasking, with the reason if it is declined. */
export async function step(tasking: FieldTasking, status: string, reason = ""): Promise<void> {
  const lang = preferences.language;
  void field.silence();
  const said = reason ? { lang, text: reason } : undefined;
  const state = statusPart(doing(statusAt(status) || field.unitNow.status), field.clock(), { ...(reason ? { text: reason, lang } : {}), findPlace: true });
  await field.perform(status, [stepPart(tasking, status, said), state]);
}

/** The big button: at the place of the tasking, or simply where the unit is now. */
export async function arrived(): Promise<void> {
  if (field.toArrive) return step(field.toArrive, "arrived");
  await state("on-scene", "arrived");
}

/** What the unit is doing now. */
export async function state(status: string, did = "status"): Promise<void> {
  await field.perform(did, [statusPart(doing(status), field.clock(), { findPlace: true })]);
}

/** Calls for help at once, then says where as soon as that is known. */
export async function help(): Promise<void> {
  const calling = doing(field.unitNow.status, true);
  const fix = here.fix && Date.now() - here.fix.at < 60_000 ? here.fix : null;
  await field.perform("help", [statusPart(calling, field.clock(), { place: fix && placeOf(fix), findPlace: false })], NO_FILES, AT_ONCE);
  if (fix) return;
  const found = await here.find(20_000);
  if (found && field.unitNow.help) await field.perform("help-place", [statusPart(calling, field.clock(), { place: placeOf(found), findPlace: false })], NO_FILES, AT_ONCE);
}

/** Calls the help off: taken back if it never left this phone, else by the unit's next status. */
export async function callOff(): Promise<void> {
  const waiting = field.mine.filter((act) => (act.did === "help" || act.did === "help-place") && takesBack(act));
  for (const act of waiting) await field.takeBack(act);
  if (field.unitNow.help) await field.perform("help-off", [statusPart(doing(field.unitNow.status, false), field.clock(), { findPlace: true })], NO_FILES, AT_ONCE);
}

export interface Told {
  readonly text: string;
  /** The incident that it is about; "" the unit itself. */
  readonly incident: string;
  readonly place: Place | null;
  /** Whether the phone is to say where it is, as no place was named. */
  readonly findPlace: boolean;
  readonly photos: readonly Photo[];
}

/** A report about an incident, or about the unit itself, with photos that follow it. */
export async function report({ text, incident, place, findPlace, photos }: Told, did = "report"): Promise<void> {
  const [lang, at] = [preferences.language, field.clock()];
  const words: Part[] = !text.trim() && photos.length
    ? []
    : incident
      ? [reportPart(incident, text, lang, at, field.view?.unit?.code ?? "", place, findPlace)]
      : [statusPart(doing(), at, { text, lang, place, findPlace })];
  const keyed = photos.map((photo) => ({ ...photo, key: unique() }));
  const about = incident || doing().unit;
  const files = keyed.map(({ key, file, strip }) => filePart(key, file, file.name.slice(-150), strip, about));
  await field.perform(did, [...words, ...files], new Map(keyed.map(({ key, file }) => [key, file])));
}

field.followed = (fix: Fix) => {
  if (!field.session || !field.view?.unit) return;
  void field.perform("position", [statusPart(doing(), field.clock(), { place: placeOf(fix), findPlace: false })], NO_FILES, AT_ONCE);
};
