/** Where this phone is: asked for when something needs it, followed only when the officer switched that on. */

import type { Place } from "../../api/types";
import { toE7 } from "../../model/coordinates";
import { worthTelling } from "../../model/bearing";

export interface Fix {
  readonly lat: number;
  readonly lon: number;
  readonly radius_m: number;
  /** Device time, ms. */
  readonly at: number;
}

/** A fix that is younger than this is used again. */
const FRESH_MS = 20_000;
const TELL_METRES = 200;
const TELL_MS = 120_000;
const FOLLOW = "sarhad.field.follow";
/** Beyond this a position is no point any more (the wire format: Place, precision 2). */
const EXACT_M = 2_000;

class Here {
  fix = $state.raw<Fix | null>(null);
  /** Why there is none: the browser, the officer or the sky. */
  why = $state<"" | "insecure" | "denied" | "unavailable">(window.isSecureContext ? "" : "insecure");
  finding = $state(false);
  /** Whether the position is told on its own while the page is shown. Off unless switched on. */
  following = $state(false);
  #asked: Promise<Fix | null> | null = null;
  #watch: number | null = null;
  #told: Fix | null = null;
  #tell: (fix: Fix) => void = () => undefined;

  /** The position now, or null: after `timeoutMs` at the latest. */
  find(timeoutMs: number): Promise<Fix | null> {
    if (this.fix && Date.now() - this.fix.at < FRESH_MS) return Promise.resolve(this.fix);
    if (!this.#possible()) return Promise.resolve(null);
    this.#asked ??= new Promise<Fix | null>((done) => {
      this.finding = true;
      const options = { enableHighAccuracy: true, maximumAge: FRESH_MS, timeout: timeoutMs };
      navigator.geolocation.getCurrentPosition((found) => done(this.#take(found)), (error) => done(this.#failed(error)), options);
    }).finally(() => {
      this.#asked = null;
      this.finding = false;
    });
    return this.#asked;
  }

  /** The position, if the officer has allowed it already: nobody is asked by looking at a page. */
  async findIfAllowed(): Promise<void> {
    if (!this.#possible() || !("permissions" in navigator)) return;
    const { state } = await navigator.permissions.query({ name: "geolocation" });
    if (state === "granted") await this.find(10_000);
    else if (state === "denied") this.why = "denied";
  }

  /** Follows the position as the officer chose last time; `tell` gets those worth telling. */
  begin(tell: (fix: Fix) => void): void {
    this.#tell = tell;
    if (localStorage.getItem(FOLLOW) === "on") this.follow(true);
    document.addEventListener("visibilitychange", () => this.#fit());
  }

  follow(on: boolean): void {
    this.following = on && this.#possible();
    localStorage.setItem(FOLLOW, this.following ? "on" : "off");
    this.#told = null;
    this.#fit();
  }

  #possible(): boolean {
    if (window.isSecureContext && "geolocation" in navigator) return true;
    this.why = "insecure";
    return false;
  }

  /** Follows only while the page is shown: a phone in a pocket keeps its battery. */
  #fit(): void {
    const wanted = this.following && document.visibilityState === "visible";
    if (wanted && this.#watch === null) {
      const options = { enableHighAccuracy: false, maximumAge: TELL_MS };
      this.#watch = navigator.geolocation.watchPosition((found) => this.#followed(this.#take(found)), (error) => this.#failed(error), options);
    } else if (!wanted && this.#watch !== null) {
      navigator.geolocation.clearWatch(this.#watch);
      this.#watch = null;
    }
  }

  #followed(fix: Fix): void {
    if (!worthTelling(this.#told, fix, TELL_METRES, TELL_MS)) return;
    this.#told = fix;
    this.#tell(fix);
  }

  #take(found: GeolocationPosition): Fix {
    this.why = "";
    const { latitude, longitude, accuracy } = found.coords;
    this.fix = { lat: toE7(latitude), lon: toE7(longitude), radius_m: Math.min(1_000_000, Math.max(1, Math.round(accuracy))), at: Date.now() };
    return this.fix;
  }

  #failed(error: GeolocationPositionError): null {
    this.why = error.code === error.PERMISSION_DENIED ? "denied" : "unavailable";
    if (this.why === "denied") this.follow(false);
    return null;
  }
}

/** A fix as a record states it. */
export function placeOf(fix: Fix): Place {
  return { lat: fix.lat, lon: fix.lon, precision: fix.radius_m > EXACT_M ? 2 : 1, radius_m: fix.radius_m };
}

export const here = new Here();
