import { expect, it } from "vitest";
import { size } from "./size";

it("says bytes in the unit that fits, number before unit in every direction of writing", () => {
  expect(size(0, "en")).toBe("\u20660 B\u2069");
  expect(size(999, "en")).toBe("\u2066999 B\u2069");
  expect(size(1500, "en")).toBe("\u20661.5 KB\u2069");
  expect(size(29_000_000, "fa")).toBe("\u2066۲۹ MB\u2069");
  expect(size(5e15, "en")).toBe("\u20665,000 TB\u2069");
});
