/** Positions.  On the wire a coordinate is a whole number of 1e-7 degrees; `position.ts` reads what officers type. */

export interface Position {
  readonly lat: number;
  readonly lon: number;
}

const E7 = 10_000_000;
/** Returns `28.9775° N 61.5503° E`: always Latin digits, so that it can be read out and typed back. */
export function formatPosition(position: Position, decimals = 4): string {
  const part = (value: number, plus: string, minus: string) =>
    `${(Math.abs(value) / E7).toFixed(decimals)}° ${value < 0 ? minus : plus}`;
  return `${part(position.lat, "N", "S")} ${part(position.lon, "E", "W")}`;
}

/** Returns degrees from wire units. */
export function degrees(e7: number): number {
  return e7 / E7;
}

/** Returns wire units from degrees. */
export function toE7(value: number): number {
  return Math.round(value * E7);
}
