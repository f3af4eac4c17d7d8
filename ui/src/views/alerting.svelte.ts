/** What calls this desk now: the frame and the sound follow it, and so do the tab and the browser's notifications. */

import type { InboxItem } from "../api/types";
import { alertsFor, escalated, titleCount, type Alert } from "../model/alerts";
import { crossover } from "./crossover.svelte";
import { clockTime } from "../model/time";
import { desk } from "./desk.svelte";
import { preferences } from "./preferences.svelte";
import { watching } from "./watching.svelte";

/** `insecure`: browsers let no page notify that came over plain HTTP from another machine. */
export type Permission = "ask" | "granted" | "denied" | "insecure" | "none";

function permission(): Permission {
  if (!window.isSecureContext) return "insecure";
  if (!("Notification" in window)) return "none";
  return Notification.permission === "default" ? "ask" : Notification.permission;
}

class Alerting {
  /** The live desk's items while a drill is shown: a drill must not make anybody miss the real thing. */
  #live = $state.raw<readonly InboxItem[]>([]);
  /** Whether there was anything to tell; written by `follow`. */
  #told = false;
  readonly me = $derived({ officer: desk.session?.officer ?? "", roles: desk.session?.roles ?? [], watch: watching.officer });
  readonly alerts = $derived<readonly Alert[]>(alertsFor([...desk.items, ...this.#live], this.me, desk.us, desk.now));
  readonly escalated = $derived(escalated(desk.items, desk.us, desk.now));
  readonly calling = $derived(this.alerts.length > 0);
  /** Whether the panel that explains sound and notifications is open. */
  open = $state(false);
  permission = $state<Permission>(permission());

  /** Writes the count before the page's name and on its icon, and tells the browser; run in an effect. */
  follow(): void {
    const loud = desk.session ? desk.overdue + this.escalated.length : 0;
    const waiting = desk.session ? desk.waiting : 0;
    const drilled = desk.session && desk.room ? `${preferences.t("exercise.banner")} ${desk.room} · ` : "";
    const live = crossover.calling ? `${preferences.t("exercise.live")} ${titleCount(crossover.overdue, crossover.waiting.length)}` : "";
    // What is looked at may be of the past; what calls is always of now.
    const past = desk.past.at === null ? "" : `${preferences.t("past.banner")} ${clockTime(desk.past.at, desk.zone, preferences.language)} · `;
    document.title = past + live + drilled + titleCount(loud, waiting) + preferences.t("app.name");
    const { alerts } = this;
    this.#told ||= loud + waiting + alerts.length > 0;
    if (this.#told) void import("./alerts/telling").then((held) => {
      held.drawIcon(loud || waiting, loud > 0);
      held.tell(alerts);
    }, () => undefined);
  }

  /** Keeps the live items while a drill is shown; returns what ends it. */
  watchLive(): () => void {
    const load = async () => {
      if (desk.room === null) {
        this.#live = [];
        return;
      }
      try {
        const items = await desk.client.inbox(null);
        this.#live = desk.room === null ? [] : items;
      } catch (error) {
        desk.tell(error);
      }
    };
    void load();
    return desk.hear(() => void load());
  }

  /** Asks the browser; only ever called from a click. */
  async ask(): Promise<void> {
    await Notification.requestPermission();
    this.permission = permission();
  }
}

export const alerting = new Alerting();
