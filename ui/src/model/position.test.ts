/** Positions in every notation.  Reference values: GEOTRANS (NGA) for MGRS, PROJ for UTM and geodesics. */

import { describe, expect, it } from "vitest";
import { leg, length, ringSize, way } from "./geodesic";
import { formatIn, isProblem, looksLikePosition, readPosition, type Notation } from "./position";

const REFERENCE: readonly (readonly [string, number, number, string, number, number, number])[] = [
  ["Zahedan", 29.4963, 60.8629, "41R KN 92823 64876", 41, 292823.784, 3264876.4],
  ["at the line", 28.9775, 61.55, "41R LN 58731 06358", 41, 358731.464, 3206358.944],
  ["Taftan", 28.5997, 61.1327, "41R LM 17411 65061", 41, 317411.175, 3165061.702],
  ["Quetta", 30.1798, 66.975, "42R UU 05026 40441", 42, 305026.247, 3340441.467],
  ["Mashhad", 36.2972, 59.6067, "40S GF 34075 20066", 40, 734075.37, 4020066.434],
  ["Gwadar", 25.1264, 62.3225, "41R MH 31702 79115", 41, 431702.755, 2779115.422],
  ["Sydney", -33.8568, 151.2153, "56H LH 34900 52288", 56, 334900.57, 6252288.753],
  ["Bergen, in the wide zone", 60.3913, 5.3221, "32V KN 97353 00648", 32, 297353.933, 6700648.345],
  ["Svalbard", 78.2232, 15.6267, "33X WG 14278 83355", 33, 514278.715, 8683355.469],
  ["Quito", -0.1807, -78.4678, "17M QV 81861 80007", 17, 781861.457, 9980007.567],
];
const e7 = (value: number) => Math.round(value * 1e7);

function at(text: string): [number, number] {
  const read = readPosition(text);
  if (!read || isProblem(read)) throw new Error(`${text}: ${JSON.stringify(read)}`);
  return [read.position.lat / 1e7, read.position.lon / 1e7];
}

function problem(text: string): string {
  const read = readPosition(text);
  return read && isProblem(read) ? read.problem.replace("position.bad.", "") : JSON.stringify(read);
}

describe("grids", () => {
  it.each(REFERENCE)("writes and reads %s as the references do", (_, lat, lon, mgrs, zone, easting, northing) => {
    const here = { lat: e7(lat), lon: e7(lon) };
    expect(formatIn(here, "mgrs", 5)).toBe(mgrs);
    const hemisphere = lat < 0 ? "S" : "N";
    expect(formatIn(here, "utm", 5)).toBe(`${zone} ${hemisphere} ${Math.round(easting)} ${Math.round(northing)}`);
    for (const text of [mgrs, mgrs.replaceAll(" ", "").toLowerCase(), `${zone} ${hemisphere} ${easting} ${northing}`, `${zone}${hemisphere === "N" ? "north" : "south"} ${easting} ${northing}`]) {
      expect(at(text)[0]).toBeCloseTo(lat, 4);
      expect(at(text)[1]).toBeCloseTo(lon, 4);
    }
  });

  it("takes the middle of the square that a shorter reference names, and says how large it is", () => {
    const read = readPosition("41R LN 12 67");
    expect(read).toMatchObject({ within: 1_000 });
    const [lat, lon] = at("41R LN 12 67");
    const [south, west] = at("41R LN 12000 67000");
    expect(lat - south).toBeCloseTo(0.0045, 3);
    expect(lon - west).toBeCloseTo(0.005, 3);
    expect(at("41RLN1234567890")[0]).toBeCloseTo(29.52657, 4);
    expect(at("4QFJ1234567890")).toEqual([expect.closeTo(21.4098, 4), expect.closeTo(-157.91607, 4)]);
    expect(readPosition("41RLN")).toMatchObject({ within: 100_000 });
  });

  it("writes a square as coarse as the place is known", () => {
    const here = { lat: e7(28.9775), lon: e7(61.55) };
    expect([5, 4, 3, 2].map((decimals) => formatIn(here, "mgrs", decimals))).toEqual(["41R LN 58731 06358", "41R LN 5873 0635", "41R LN 587 063", "41R LN 58 06"]);
  });

  it("says what is wrong with a grid reference", () => {
    expect(problem("61R LN 123 456")).toBe("zone");
    expect(problem("41I LN 123 456")).toBe("band");
    expect(problem("41R LN 123 45")).toBe("digits");
    expect(problem("41R LN 123 45678")).toBe("halves");
    expect(problem("41R AA 12345 67890")).toBe("square");
    expect(problem("41Q LN 12345 67890")).toBe("square");
    expect(problem("41 N 30000 3200000")).toBe("easting");
    expect(problem("41 N 300000 9999999")).toBe("northing");
    expect(problem("41C 300000 3200000")).toBe("notinband");
  });

  it("refuses an S that may be a hemisphere or a band, and takes either when it is said", () => {
    expect(problem("41S 300000 3700000")).toBe("ambiguous");
    expect(at("41 north 300000 3700000")[0]).toBeCloseTo(33.42, 1);
    expect(at("41 south 300000 3700000")[0]).toBeLessThan(-50);
    expect(at("41S 300000 6200000")[0]).toBeLessThan(-30);
  });
});

describe("degrees", () => {
  it("reads every way of writing them, in every digit set and language", () => {
    const same = [
      "28.9775 61.55", "28.9775, 61.55", "N 28.9775 E 61.55", "61.55 E 28.9775 N", "28°58'39\"N 61°33'00\"E", "28 58 39 N 61 33 00 E", "28:58:39 61:33:00",
      "28° 58.65′ N 61° 33′ E", "285839N 0613300E", "۲۸٫۹۷۷۵ ۶۱٫۵۵", "٢٨٫٩٧٧٥، ٦١٫٥٥", "۲۸٫۹۷۷۵ شمالی ۶۱٫۵۵ شرقی", "28.9775 شمال 61.55 مشرق", "۲۸ درجه ۵۸ دقیقه ۳۹ ثانیه شمالی ۶۱ درجه ۳۳ دقیقه شرقی",
    ];
    for (const text of same) {
      expect(at(text)[0], text).toBeCloseTo(28.9775, 4);
      expect(at(text)[1], text).toBeCloseTo(61.55, 4);
    }
  });

  it("says what is wrong", () => {
    expect(problem("28.9775")).toBe("pair");
    expect(problem("128.9 61.5")).toBe("order");
    expect(problem("95 200")).toBe("latitude");
    expect(problem("28.9 190")).toBe("longitude");
    expect(problem("28 61 10 61 33 00")).toBe("sixty");
    expect(problem("-28.9 N 61.5 E")).toBe("sign");
    expect(problem("28.9 -x")).toBe("null");
    expect(problem("28 58 39 61 33")).toBe("parts");
    expect(problem("28.9 N 61.5 N")).toBe("axes");
  });

  it("takes a name for a name", () => {
    for (const name of ["Mirjaveh", "میرجاوه", "Zahedan 2", "N 5 road"]) expect(looksLikePosition(name) && !isProblem(readPosition(name) ?? {}), name).toBe(false);
  });

  it("reads back what it writes, in every notation", () => {
    for (const [, lat, lon] of REFERENCE)
      for (const notation of ["decimal", "dms", "mgrs", "utm"] satisfies Notation[]) {
        const [south, west] = at(formatIn({ lat: e7(lat), lon: e7(lon) }, notation, 5));
        expect(south, notation).toBeCloseTo(lat, 4);
        expect(west, notation).toBeCloseTo(lon, 4);
      }
  });

  it("carries a second that rounds up into the minute and the degree", () => {
    expect(formatIn({ lat: 289_999_999, lon: 619_999_999 }, "dms")).toBe("29°00′00″ N 62°00′00″ E");
    expect(formatIn({ lat: -85e7, lon: 0 }, "mgrs")).toBe("85.0000° S 0.0000° E");
  });
});

describe("measuring", () => {
  const [zahedan, quetta] = [{ lat: e7(29.4963), lon: e7(60.8629) }, { lat: e7(30.1798), lon: e7(66.975) }];
  it("goes by the ellipsoid", () => {
    expect(leg(zahedan, quetta).metres).toBeCloseTo(595_452.5526, 1);
    expect(leg(zahedan, quetta).bearing).toBeCloseTo(81.17603, 4);
    expect(length([{ lat: e7(28.9775), lon: e7(61.55) }, { lat: e7(28.9775), lon: e7(61.56) }])).toBeCloseTo(974.6, 2);
    expect(length([zahedan])).toBe(0);
  });
  it("gives area and circumference of a ring, whichever way round it was drawn", () => {
    const ring = ([[28.9, 61.5], [28.9, 61.6], [29, 61.6], [29, 61.5]] as const).map(([lat, lon]) => ({ lat: e7(lat), lon: e7(lon) }));
    expect(ringSize(ring).area).toBeCloseTo(108_048_281.7, -1);
    expect(ringSize([...ring].reverse()).around).toBeCloseTo(41_664.13, 1);
  });
  it("bends a long way as the ground does, from end to end", () => {
    const bent = way(zahedan, quetta);
    expect(bent[0]).toEqual(zahedan);
    expect(bent.at(-1)).toEqual(quetta);
    expect(bent.length).toBeGreaterThan(20);
  });
});
