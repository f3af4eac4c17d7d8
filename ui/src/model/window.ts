/** Which rows of a long list stand on the screen. */

export interface Rows {
  readonly first: number;
  readonly last: number;
  /** Pixels above the first and below the last row. */
  readonly before: number;
  readonly after: number;
}

/** Rows of equal `height` to draw for a viewport, with `spare` rows on each side; `last` is exclusive. */
export function visibleRows(count: number, height: number, scrollTop: number, viewport: number, spare = 8): Rows {
  const first = Math.min(count, Math.max(0, Math.floor(scrollTop / height) - spare));
  const last = Math.min(count, Math.max(first, Math.ceil((scrollTop + viewport) / height) + spare));
  return { first, last, before: first * height, after: (count - last) * height };
}
