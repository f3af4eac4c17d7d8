/** Telling an officer who does not look at the page: the browser's notifications, and the count on the tab's icon. */

import type { Alert } from "../../model/alerts";
import { alerting } from "../alerting.svelte";
import { desk } from "../desk.svelte";
import { preferences } from "../preferences.svelte";
import { router } from "../router.svelte";

/** Notifications that stand, by alert. */
const shown = new Map<string, Notification>();
/** Alerts that were told: what was seen once is not told again. */
const told = new Set<string>();
let drawn = "";

/** Tells what is new while nobody looks, and takes back what was handled. */
export function tell(alerts: readonly Alert[]): void {
  const now = new Map(alerts.map((alert) => [`${alert.key} ${alert.escalation ?? ""} ${String(alert.overdue)}`, alert]));
  for (const [key, notification] of shown) {
    if (now.has(key)) continue;
    notification.close();
    shown.delete(key);
  }
  for (const [key, alert] of now) {
    if (told.has(key)) continue;
    told.add(key);
    if (alerting.permission === "granted" && preferences.notify && (document.hidden || !document.hasFocus())) show(key, alert);
  }
}

/** Says what kind of thing calls, not its words: a notification stands on a locked screen, too. */
function show(key: string, { item, escalation, overdue }: Alert): void {
  const t = preferences.t;
  const why = overdue ? t("alert.overdue") : escalation ? t(`alert.${escalation}`) : t("alert.waits");
  try {
    const made = new Notification(`${t(`urgency.${item.urgency}`)} · ${t(`kind.${item.kind}`)} · ${desk.shortName(item.party)}`, {
      body: `${item.ref} · ${why}`, tag: key, lang: preferences.language, dir: preferences.direction, icon: "/icon.svg",
    });
    made.onclick = () => {
      window.focus();
      if (router.path !== "/") router.go("/");
      desk.select(item.ref);
      made.close();
    };
    shown.set(key, made);
  } catch (error) {
    // Phones let only an installed app's worker notify.
    if (!(error instanceof TypeError)) throw error;
    alerting.permission = "none";
  }
}

/** Draws the tab's icon with how many wait: red when something is overdue or escalated, amber otherwise. */
export function drawIcon(count: number, loud: boolean): void {
  const key = `${Math.min(count, 100)} ${String(loud)}`;
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (key === drawn || !link) return;
  drawn = key;
  const [ground, ink] = loud ? ["#d3261c", "#fff"] : ["#f0b849", "#231803"];
  const badge = `<circle cx="21" cy="21" r="11" fill="${ground}"/><text x="21" y="26" font-family="sans-serif" font-size="14" font-weight="700" text-anchor="middle" fill="${ink}">${count > 99 ? 99 : count}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#123b3f"/><path d="M4 21c5 0 5-8 11-8s5 5 13 3" fill="none" stroke="#8fd8c8" stroke-width="2.6" stroke-linecap="round"/>${badge}</svg>`;
  link.href = count ? `data:image/svg+xml,${encodeURIComponent(svg)}` : "/icon.svg";
}
