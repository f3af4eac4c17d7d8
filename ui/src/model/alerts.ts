/** What calls an officer at a desk: who must act, since when it is escalated, who has it.  Pure, by the node's time. */

import type { InboxItem, OwnerView } from "../api/types";
import { awaitsUs, byDeadline, isOverdue, keyOf } from "./inbox";

/** `asked`: an officer asked for the commander; `silent`: nobody acknowledged for too long. */
export type Escalation = "asked" | "silent";

/** Who sits at this desk, and who has the watch (null: nobody). */
export interface Officer {
  readonly officer: string;
  readonly roles: readonly string[];
  readonly watch: string | null;
}

export interface Alert {
  readonly key: string;
  readonly item: InboxItem;
  readonly escalation: Escalation | null;
  readonly overdue: boolean;
}

/** Who of our side has the item. */
export function ownerOf(item: Pick<InboxItem, "owners">, us: string): OwnerView | null {
  return item.owners.find((owner) => owner.party === us) ?? null;
}

/** Whether the item stands with the commander at `now`, and why. */
export function escalationOf(item: InboxItem, us: string, now: number): Escalation | null {
  if (item.settled || item.state === "recalled") return null;
  if (ownerOf(item, us)?.escalated) return "asked";
  return awaitsUs(item) && item.escalates_us !== null && now >= item.escalates_us ? "silent" : null;
}

function urgent(item: InboxItem): boolean {
  return item.urgency === "flash" || item.urgency === "immediate";
}

/**
 * What calls this officer, first deadline first: duty officers and who has the watch at once, commanders once it is
 * escalated (or while nobody has the watch), every desk once it is overdue.
 */
export function alertsFor(items: readonly InboxItem[], me: Officer, us: string, now: number): Alert[] {
  const duty = me.roles.includes("duty") || me.watch === me.officer;
  const commander = me.roles.includes("commander");
  const calls = (item: InboxItem, escalation: Escalation | null): boolean => {
    if (escalation === "asked" && commander) return true;
    if (!urgent(item) || !awaitsUs(item)) return false;
    return duty || (commander && (escalation !== null || me.watch === null)) || isOverdue(item, now);
  };
  return byDeadline(items).flatMap((item) => {
    const escalation = escalationOf(item, us, now);
    return calls(item, escalation) ? [{ key: keyOf(item), item, escalation, overdue: isOverdue(item, now) }] : [];
  });
}

/** What stands with the commander, for every desk to see. */
export function escalated(items: readonly InboxItem[], us: string, now: number): { readonly item: InboxItem; readonly why: Escalation }[] {
  return byDeadline(items).flatMap((item) => {
    const why = escalationOf(item, us, now);
    return why ? [{ item, why }] : [];
  });
}

/** The number before the page's name: what is overdue or escalated (`loud`) before what waits. */
export function titleCount(loud: number, waiting: number): string {
  return loud ? `(${loud}!) ` : waiting ? `(${waiting}) ` : "";
}
