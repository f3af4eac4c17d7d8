/**
 * Stands in for two parts of OpenLayers that its core imports and that this map never calls: styles
 * written as expressions, and the default controls (the desk has its own).  Together 12 KB gz.
 * vite.config.ts puts it in their place; a use of either would be an error here, not a wrong map.
 */

export function flatStyleLikeToStyleFunction(): never {
  throw new Error("styles as expressions are left out of this build");
}

export function defaults(): never {
  throw new Error("default controls are left out of this build");
}
