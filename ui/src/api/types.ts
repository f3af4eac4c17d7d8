/** The API's types by their names.  Generated from the OpenAPI document: run `npm run api`. */

export type * from "./schema";

export type { CoverView, DividendView, EstimateView, HelpView, LoadView, PassageView, PlaceFound, PlanView, ReachView, RuleView, SitedView, SiteView, Unanswered } from "./schema";

/** The region package's own description, `region.json` (docs/region.md). */
export interface Region {
  readonly names: { readonly en: string };
  readonly bounds: { readonly west: number; readonly south: number; readonly east: number; readonly north: number };
  readonly layers: readonly { readonly id: string; readonly file: string; readonly kind: string; readonly attribution: string }[];
}
