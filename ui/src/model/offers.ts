/** Which acts a record offers an officer: what the rules would refuse is not offered. */

import type { RecordView } from "../api/types";
import type { Act } from "./acts";

const CORRECTABLE: ReadonlySet<string> = new Set(["incident", "report", "warning", "request", "zone-notice", "allegation", "note", "claim", "denial"]);
const NOT_RECALLED: ReadonlySet<string> = new Set(["recall", "receipt", "release", "suspension", "resumption", "manifest"]);
const ANSWERED: ReadonlySet<string> = new Set(["warning", "request", "allegation"]);
const DENIED: ReadonlySet<string> = new Set(["allegation", "claim", "report"]);
/** What a remark, a warning or a request is usefully about. */
const TALKED_ABOUT: ReadonlySet<string> = new Set(["incident", "report", "warning", "request", "zone-notice", "allegation", "note", "claim"]);

export interface Offer {
  readonly act: Act;
  /** The record that the act is on: a recall is answered where its record is read. */
  readonly ref: string;
  /** An answer that refuses. */
  readonly decline?: true;
}

/** The acts on `record`, most usual first.  `may` are the kinds that the officer's roles may write. */
export function offersOn(record: RecordView, us: string, may: ReadonlySet<string>): Offer[] {
  if (!record.known) return [];
  const own = record.party === us;
  const found: Offer[] = [];
  const offer = (act: Act, when: boolean, more: Partial<Offer> = {}) => {
    if (when && may.has(act)) found.push({ act, ref: record.ref, ...more });
  };
  const asked = !own && ANSWERED.has(record.kind) && record.data.to === us;
  offer("answer", asked);
  offer("answer", asked, { decline: true });
  offer("report", record.kind === "incident");
  offer("claim", record.kind === "incident");
  offer("denial", !own && DENIED.has(record.kind));
  const recall = record.kind === "recall" ? record.ref : record.recall?.ref;
  const replied = record.recall?.answers.some((answer) => answer.party === us) ?? false;
  offer("recall-answer", !own && recall !== undefined && !replied, recall ? { ref: recall } : {});
  offer("correction", own && CORRECTABLE.has(record.kind) && may.has(record.kind));
  offer("release", own && record.release.to !== "public" && record.tlp !== "TLP:CLEAR");
  offer("recall", own && !record.recall && !NOT_RECALLED.has(record.kind) && (record.release.to !== "own" || record.widened.length > 0));
  for (const act of ["warning", "request", "note"] as const) offer(act, TALKED_ABOUT.has(record.kind));
  return found;
}
