/** Names of what a plan rests on, in the officer's language. */

import type { Translate } from "../../model/texts";

/** A table's name, its identifier where the catalogue has none. */
export function tableName(t: Translate, table: string): string {
  return known(t, `plan.table.${table}`, table);
}

/** A kind of unit, itself where the catalogue has none. */
export function kindName(t: Translate, kind: string): string {
  return known(t, `plan.unit.${kind}`, kind);
}

function known(t: Translate, key: string, otherwise: string): string {
  const said = t(key);
  return said === `[${key}]` ? otherwise : said;
}
