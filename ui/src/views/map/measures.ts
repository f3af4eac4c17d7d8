/** Measuring's own chunk: the ellipsoid is loaded with the first distance. */

export * from "../../model/geodesic";
