/** The API's types by their names.  Generated from the OpenAPI document: run `npm run api`. */

export type {
  AnswerView, AttachedView, AttachmentView, Bracket, Casualties, ClaimView, ClockView, CountersignedView, CrossingView, DeskView, FieldView, GroundView, IncidentView,
  ItemView, LinkView, Moment, Names, NoticeView, Page, Paper, PartnerView, PartyView, PhotoFacts, Place, Point, PostView, PreviewPartner, Range,
  ReceiptView, RecordDetail, RecordView, Release, SectorView, SessionView, Stated, StatementView, TaskingView, Text, TimelineEntry, UnitView, Words,
} from "./schema";

/** The region package's own description, `region.json` (docs/region.md). */
export interface Region {
  readonly names: { readonly en: string };
  readonly bounds: { readonly west: number; readonly south: number; readonly east: number; readonly north: number };
  readonly layers: readonly { readonly id: string; readonly file: string; readonly kind: string; readonly attribution: string }[];
}
