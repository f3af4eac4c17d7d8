/** Times of the desk: UTC microseconds on the wire, two calendars and each side's zone on the screen. */

export type Language = "en" | "fa" | "ur";

const LOCALE: Record<Language, string> = { en: "en-GB", fa: "fa-IR", ur: "ur-PK" };
const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, options: Intl.DateTimeFormatOptions, calendar = "gregory"): Intl.DateTimeFormat {
  const key = JSON.stringify([language, calendar, options]);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(`${LOCALE[language]}-u-ca-${calendar}`, options);
    formats.set(key, made);
  }
  return made;
}

/** The server's clock, measured; a wrong clock on this machine changes no deadline. */
export class ServerClock {
  /** Written by `measure` only: server time minus this machine's monotonic time, microseconds. */
  #offset: number | null = null;
  /** Half the round trip of the measurement in use, microseconds. */
  #uncertainty = Infinity;
  readonly #monotonic: () => number;

  /** `monotonic` returns milliseconds and never goes backwards (`performance.now`). */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Takes one exchange: `sent` and `received` from `monotonic`, `serverUs` from the answer. Keeps the tightest. */
  measure(sent: number, received: number, serverUs: number): void {
    const uncertainty = ((received - sent) / 2) * 1000;
    const offset = serverUs - ((sent + received) / 2) * 1000;
    // A jump beyond both bounds means that the server's clock was set, or that this machine slept.
    const jumped = this.#offset !== null && Math.abs(offset - this.#offset) > uncertainty + this.#uncertainty + 1_000_000;
    if (this.#offset === null || jumped || uncertainty <= this.#uncertainty) {
      this.#offset = offset;
      this.#uncertainty = uncertainty;
    }
  }

  /** Server time now in microseconds; before the first measurement this machine's own. */
  now(): number {
    return this.#offset === null ? Date.now() * 1000 : Math.round(this.#offset + this.#monotonic() * 1000);
  }
}

/** `14:05` or with seconds, in `zone`. */
export function clockTime(us: number, zone: string, language: Language, seconds = false): string {
  const options: Intl.DateTimeFormatOptions = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return format(language, seconds ? { ...options, second: "2-digit" } : options).format(us / 1000);
}

/** `Mon 22 Apr 2019`. */
export function gregorianDate(us: number, zone: string, language: Language, weekday = true): string {
  const options: Intl.DateTimeFormatOptions = { timeZone: zone, day: "numeric", month: "short", year: "numeric" };
  return format(language, weekday ? { ...options, weekday: "short" } : options).format(us / 1000);
}

/** `2 Ordibehesht 1398`, without the era. */
export function jalaliDate(us: number, zone: string, language: Language): string {
  const options: Intl.DateTimeFormatOptions = { timeZone: zone, day: "numeric", month: "long", year: "numeric" };
  return format(language, options, "persian")
    .formatToParts(us / 1000)
    .filter((part) => part.type !== "era")
    .map((part) => part.value)
    .join("")
    .trim()
    .replace(/[,،]$/, "");
}

/** `22 Apr 14:05` of `zone`: the short form for lists. */
export function shortStamp(us: number, nowUs: number, zone: string, language: Language): string {
  const day = (t: number) => format(language, { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" }).format(t / 1000);
  const time = clockTime(us, zone, language);
  if (day(us) === day(nowUs)) return time;
  const sameYear = new Date(us / 1000).getUTCFullYear() === new Date(nowUs / 1000).getUTCFullYear();
  const options: Intl.DateTimeFormatOptions = { timeZone: zone, day: "numeric", month: "short" };
  return sameYear ? `${format(language, options).format(us / 1000)} ${time}` : gregorianDate(us, zone, language, false);
}

/** A number in the digits of the language. */
export function number(value: number, language: Language): string {
  return numbers(language).format(value);
}

/** A country by its ISO 3166-1 code, in the language. */
export function countryName(code: string, language: Language): string {
  return new Intl.DisplayNames(LOCALE[language], { type: "region", fallback: "code" }).of(code) ?? code;
}

/** How old something is, in its largest unit: `17 min`, `4 hr`. */
export function age(us: number, language: Language): string {
  return duration(us, language, 1);
}

/** A duration in its two largest units: `3 min 20 s`, `2 h 5 min`, `4 d`. Negative counts as its size. */
export function duration(us: number, language: Language, most = 2): string {
  const total = Math.floor(Math.abs(us) / 1_000_000);
  const units: readonly [string, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
  const first = units.findIndex(([, size]) => total >= size);
  const from = first < 0 ? units.length - 1 : first;
  let rest = total;
  const parts: string[] = [];
  for (const [unit, size] of units.slice(from, from + most)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || parts.length === 0) parts.push(unitText(count, unit, language));
  }
  return parts.join(" ");
}

function unitText(count: number, unit: string, language: Language): string {
  return numbers(language, { style: "unit", unit, unitDisplay: "short" }).format(count);
}

/** `2.15 km`, `81°`: an amount with its unit (ECMA-402's names), in the language. */
export function amount(value: number, unit: string, digits: number, language: Language): string {
  const text = numbers(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
  return text.replace(/(\p{Nd})(\p{L})/u, "$1\u00a0$2"); // Persian metres come without a space
}

/** A number with so many decimals at most. */
export function decimal(value: number, digits: number, language: Language): string {
  return numbers(language, { maximumFractionDigits: digits }).format(value);
}

/** Metres as officers say them: `850 m`, `2.15 km`, `41.7 km`. */
export function distance(metres: number, language: Language): string {
  if (metres < 1_000) return amount(metres, "meter", 0, language);
  return amount(metres / 1_000, "kilometer", metres < 10_000 ? 2 : 1, language);
}

const numberFormats = new Map<string, Intl.NumberFormat>();

function numbers(language: Language, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = JSON.stringify([language, options]);
  let made = numberFormats.get(key);
  if (!made) numberFormats.set(key, (made = new Intl.NumberFormat(LOCALE[language], options)));
  return made;
}
