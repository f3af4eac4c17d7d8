/** What the map is drawn with: most of the watch's script. */

export function mapParts() {
  return Promise.all([import("../map/chart"), import("../map/scene")]);
}
