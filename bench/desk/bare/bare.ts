/** OpenLayers and nothing else: the points of the desk as features in one VectorImageLayer, by its own manual. */

import Feature from "ol/Feature";
import OlMap from "ol/Map";
import View from "ol/View";
import Point from "ol/geom/Point";
import VectorImageLayer from "ol/layer/VectorImage";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Style from "ol/style/Style";

const answer = await fetch("/points.json");
const { lat, lon } = (await answer.json()) as { lat: number[]; lon: number[] };
const features = lat.map((value, i) => new Feature(new Point(fromLonLat([(lon[i] ?? 0) / 1e7, value / 1e7]))));
const source = new VectorSource({ features });
const style = new Style({ image: new CircleStyle({ radius: 3, fill: new Fill({ color: "#f2836b" }) }) });
const map = new OlMap({
  target: "map",
  layers: [new VectorImageLayer({ source, style, imageRatio: 1.5 })],
  view: new View({ center: fromLonLat([62.25, 27.75]), zoom: 6 }),
  controls: [],
});
map.once("rendercomplete", () => (document.body.dataset.drawn = String(features.length)));
// One more point, sent to the server and heard from it as the desk's are, and when it stands on the screen: milliseconds.
let arrived = (_at: [number, number]) => {};
new EventSource("/events").addEventListener("added", (event) => arrived(JSON.parse((event as MessageEvent<string>).data)));
Object.assign(window, {
  addOne: () =>
    new Promise((resolve) => {
      const began = performance.now();
      arrived = (at) => {
        source.addFeature(new Feature(new Point(fromLonLat(at))));
        map.once("rendercomplete", () => resolve(performance.now() - began));
        map.render();
      };
      void fetch("/add", { method: "POST", body: JSON.stringify([62 + Math.random(), 27.75]) });
    }),
});
