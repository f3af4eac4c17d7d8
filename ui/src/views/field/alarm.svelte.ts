/** A new order is heard and felt until somebody looks at it; a notification where the officer allowed one. */

import { sound } from "../sound.svelte";

const SHAKE_MS = [400, 200, 400, 200, 400];
const AGAIN_MS = 6_000;

class Alarm {
  /** What rings: the references of orders that nobody has looked at. */
  ringing = $state.raw<readonly string[]>([]);
  /** Whether notifications may be shown; `none` where the browser has none here. */
  allowed = $state<"none" | NotificationPermission>(allowedNow());
  #timer = 0;

  /** Begins for a new order; `title` and `body` are the notification's. */
  ring(ref: string, title: string, body: string): void {
    if (this.ringing.includes(ref)) return;
    this.ringing = [...this.ringing, ref];
    this.#go();
    void this.#notify(ref, title, body);
  }

  /** Ends for these orders: they were looked at or answered, here or elsewhere. */
  quiet(refs: readonly string[]): void {
    const left = this.ringing.filter((ref) => !refs.includes(ref));
    if (left.length === this.ringing.length) return;
    this.ringing = left;
    if (left.length === 0) this.#stop();
  }

  async allow(): Promise<void> {
    if (this.allowed === "none") return;
    this.allowed = await Notification.requestPermission();
  }

  #go(): void {
    sound.follow(true);
    const shake = () => {
      // A browser lets nothing shake before the officer touched the page, and complains of the attempt.
      if (navigator.userActivation.hasBeenActive) navigator.vibrate?.(SHAKE_MS);
    };
    shake();
    window.clearInterval(this.#timer);
    this.#timer = window.setInterval(shake, AGAIN_MS);
  }

  #stop(): void {
    sound.follow(false);
    window.clearInterval(this.#timer);
    if (navigator.userActivation.hasBeenActive) navigator.vibrate?.(0);
  }

  async #notify(ref: string, title: string, body: string): Promise<void> {
    if (this.allowed !== "granted" || document.visibilityState === "visible") return;
    const held = await navigator.serviceWorker?.getRegistration();
    await held?.showNotification(title, { body, tag: ref, icon: "/icon-192.png", badge: "/icon-192.png", requireInteraction: true });
  }
}

function allowedNow(): "none" | NotificationPermission {
  return window.isSecureContext && "Notification" in window && "serviceWorker" in navigator ? Notification.permission : "none";
}

export const alarm = new Alarm();
