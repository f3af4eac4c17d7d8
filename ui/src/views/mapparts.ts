/** What the map is drawn with: most of the watch's script, and the font of its labels. */

export function mapParts() {
  return Promise.all([import("../map/chart"), import("../map/scene"), document.fonts.load('600 13px "Vazirmatn Variable"')]);
}
