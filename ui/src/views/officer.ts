import { preferences } from "./preferences.svelte";

/** An officer as a page names it: the node, which signs what nobody wrote, in words. */
export const officerName = (officer: string): string => (officer === "node" ? preferences.t("owner.node") : officer);
