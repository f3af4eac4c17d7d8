/**
 * The desk's screens.  One line each: its name (its text is `nav.<name>`), its address, and where it is loaded from
 * when it is opened.  A part of the address such as `:ref` is given to the component as a property of that name.
 */

import type { Component } from "svelte";

export interface Screen {
  readonly name: string;
  readonly path: string;
  /** Absent for the watch, which is always there. */
  readonly load?: () => Promise<{ readonly default: Component<any> }>;
  /** Whether the navigation lists it; one that is about a record is reached from the record. */
  readonly listed?: boolean;
  /** Who is shown the way to it; absent: everybody. */
  readonly roles?: readonly string[];
}

/** The field page is built apart from the desk (`ui/field`): its address is there already, so the browser loads it. */
function apart(): Promise<never> {
  if (import.meta.env.DEV) location.assign("/field/field.html");
  else location.reload();
  return new Promise(() => undefined);
}

export const SCREENS: readonly Screen[] = [
  { name: "watch", path: "/", listed: true },
  { name: "incident", path: "/incident/:ref", load: () => import("./incident/Incident.svelte") },
  { name: "cell", path: "/cell", listed: true, load: () => import("./cell/Cell.svelte"), roles: ["duty", "commander", "secretary", "auditor"] },
  { name: "handover", path: "/handover", listed: true, load: () => import("./handover/Handover.svelte"), roles: ["duty", "commander"] },
  { name: "records", path: "/records", listed: true, load: () => import("./records/Records.svelte") },
  { name: "plan", path: "/plan", listed: true, roles: ["planner", "commander", "auditor"], load: () => import("./plan/Plan.svelte") },
  { name: "print", path: "/print", listed: true, roles: ["duty", "commander", "secretary", "planner", "auditor"], load: () => import("./print/Print.svelte") },
  { name: "drill", path: "/drill", listed: true, roles: ["planner", "commander", "auditor", "administrator"], load: () => import("./drill/Drill.svelte") },
  { name: "account", path: "/account", load: () => import("./account/Account.svelte") },
  { name: "admin", path: "/admin", listed: true, roles: ["administrator", "commander", "auditor"], load: () => import("./admin/Admin.svelte") },
  { name: "admin", path: "/admin/:part", roles: ["administrator", "commander", "auditor"], load: () => import("./admin/Admin.svelte") },
  { name: "field", path: "/field", listed: true, roles: ["field", "duty", "commander"], load: apart },
  { name: "phones", path: "/phones", listed: true, roles: ["administrator", "commander", "duty"], load: () => import("./phones/Phones.svelte") },
];

/** The screen at an address and what its address says; null where there is none. */
export function screenAt(path: string): { readonly screen: Screen; readonly given: Readonly<Record<string, string>> } | null {
  for (const screen of SCREENS) {
    const given = match(screen.path, path);
    if (given) return { screen, given };
  }
  return null;
}

function match(pattern: string, path: string): Record<string, string> | null {
  const [wanted, held] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== held.length) return null;
  const given: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = held[i] ?? "";
    if (part.startsWith(":") && value) given[part.slice(1)] = decoded(value);
    else if (part !== value) return null;
  }
  return given;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

/** The screens that the navigation lists for an officer with these roles. */
export function listedFor(roles: readonly string[]): readonly Screen[] {
  return SCREENS.filter((screen) => screen.listed && (!screen.roles || screen.roles.some((role) => roles.includes(role))));
}
