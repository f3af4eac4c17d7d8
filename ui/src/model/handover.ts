/** What passes with the watch: everything that is open, and who has each of it. */

import type { HandoverView, InboxItem } from "../api/types";
import { ownerOf } from "./alerts";
import { byDeadline } from "./inbox";

export interface OpenItem {
  readonly ref: string;
  readonly owner?: string;
}

/** As many as one handover names (the wire format: WatchHandover). */
export const MOST = 200;

/** What is open now, first deadline first; a notice to several partners stands once. */
export function openNow(items: readonly InboxItem[]): InboxItem[] {
  const seen = new Set<string>();
  return byDeadline(items).filter((item) => !item.settled && !seen.has(item.ref) && seen.add(item.ref));
}

/** The same as a handover states it. */
export function stated(items: readonly InboxItem[], us: string): OpenItem[] {
  return openNow(items).slice(0, MOST).map((item) => {
    const owner = ownerOf(item, us)?.officer;
    return owner ? { ref: item.ref, owner } : { ref: item.ref };
  });
}

/** What is open now and was not when the watch was offered. */
export function arrivedSince(offer: HandoverView, items: readonly InboxItem[]): InboxItem[] {
  const named = new Set(offer.open.map((one) => one.ref));
  return openNow(items).filter((item) => !named.has(item.ref));
}
