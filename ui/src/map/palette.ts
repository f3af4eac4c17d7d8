/** The map's colours, in both themes; the same families as the page's. */

export interface Palette {
  readonly sea: string;
  readonly land: string;
  readonly water: string;
  readonly admin: string;
  readonly border: string;
  readonly borderCase: string;
  readonly road: string;
  readonly roadMain: string;
  readonly label: string;
  readonly labelDim: string;
  readonly halo: string;
  readonly incident: string;
  readonly incidentFill: string;
  readonly urgent: string;
  readonly item: string;
  readonly notice: string;
  readonly noticeFill: string;
  readonly ours: string;
  readonly theirs: string;
  readonly selected: string;
  readonly ink: string;
  readonly stale: string;
}

export const PALETTES: Readonly<Record<"dark" | "light", Palette>> = {
  dark: {
    sea: "#0d1a21", land: "#192125", water: "#122a35", admin: "#3c494f", border: "#e6d3a1", borderCase: "#0d1113",
    road: "#2b363b", roadMain: "#4d5a5f", label: "#c7d1d4", labelDim: "#8b9ba1", halo: "#141b1ecc",
    incident: "#f2836b", incidentFill: "#f2836b1a", urgent: "#ff6b61", item: "#ffb454", notice: "#9cc3ff",
    noticeFill: "#9cc3ff1f", ours: "#6fd0be", theirs: "#c7a6f5", selected: "#ffffff", ink: "#101517", stale: "#6d7c82",
  },
  light: {
    sea: "#cfdde2", land: "#f3f1ea", water: "#b9d0da", admin: "#b5b7ad", border: "#5b3d12", borderCase: "#fffdf6",
    road: "#dcd8cc", roadMain: "#bdb49f", label: "#26333a", labelDim: "#5d6a6f", halo: "#f7f5eedd",
    incident: "#b63a1f", incidentFill: "#b63a1f17", urgent: "#b3170f", item: "#a35300", notice: "#2c5f9c",
    noticeFill: "#2c5f9c1c", ours: "#0b6b5e", theirs: "#6a3fb0", selected: "#000000", ink: "#ffffff", stale: "#8a9398",
  },
};
