/** Two numbers are never merged: each field of an incident as each side last stated it, side by side. */

import type { FieldView, IncidentView, Stated } from "../api/types";

const FIELDS = ["killed", "injured", "abducted", "category", "when", "place"] as const;

export interface Comparison {
  readonly field: (typeof FIELDS)[number];
  /** What each party stated, in the order asked for; null: not stated. */
  readonly stated: readonly (Stated | null)[];
  readonly verdict: "agreed" | "differs" | "alone";
}

function cell(view: FieldView | undefined, party: string): Stated | null {
  return view?.stated.find((stated) => stated.party === party) ?? null;
}

/** The newest statement of one field by one party, read from its statements when only it stated the field. */
function lone(incident: IncidentView, field: Comparison["field"], party: string): Stated | null {
  const statements = incident.statements.find((held) => held.party === party)?.statements ?? [];
  for (const statement of [...statements].reverse()) {
    if (field === "category" || field === "when" || field === "place") {
      if (statement[field]) return { party, ref: statement.ref, [field]: statement[field] };
    } else {
      const number = statement.casualties?.[field];
      if (number) return { party, ref: statement.ref, number };
    }
  }
  return null;
}

/** One row a field that anybody stated, in a fixed order. */
export function compare(incident: IncidentView, parties: readonly string[]): Comparison[] {
  const rows: Comparison[] = [];
  for (const field of FIELDS) {
    const agreed = incident.agreed.find((view) => view.field === field);
    const differs = incident.contradictions.find((view) => view.field === field);
    const view = agreed ?? differs;
    const stated = parties.map((party) => cell(view, party) ?? lone(incident, field, party));
    if (stated.every((held) => held === null)) continue;
    rows.push({ field, stated, verdict: agreed ? "agreed" : differs ? "differs" : "alone" });
  }
  return rows;
}
