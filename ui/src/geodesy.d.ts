/** What we use of the `geodesy` package, which has no types of its own. */

declare module "geodesy/mgrs.js" {
  export class LatLon {
    constructor(lat: number, lon: number);
    readonly lat: number;
    readonly lon: number;
    toUtm(): Utm;
  }
  export class Utm {
    constructor(zone: number, hemisphere: "N" | "S", easting: number, northing: number);
    readonly zone: number;
    readonly hemisphere: "N" | "S";
    readonly easting: number;
    readonly northing: number;
    toLatLon(): LatLon;
    toMgrs(): Mgrs;
  }
  export default class Mgrs {
    constructor(zone: number, band: string, e100k: string, n100k: string, easting: number, northing: number);
    readonly zone: number;
    readonly band: string;
    toUtm(): Utm;
    toString(digits?: number): string;
  }
}
