/** The notations' own chunk: what reads and writes grids is loaded with the first that is used. */

export * from "../../model/position";
