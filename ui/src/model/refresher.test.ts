import { describe, expect, it } from "vitest";
import { Refresher } from "./refresher";

/** Loads that end when they are told to. */
function stage(may = () => true) {
  const started: string[] = [];
  const failures: unknown[] = [];
  let ends: (() => void)[] = [];
  let done = 0;
  const refresher = new Refresher<string>({
    may,
    load: (part) => {
      started.push(part);
      return new Promise((resolve, reject) => ends.push(() => (part === "broken" ? reject(new Error("broken")) : resolve())));
    },
    failed: (reason) => failures.push(reason),
    done: () => done++,
  });
  const end = async () => {
    const now = ends;
    ends = [];
    for (const one of now) one();
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return { refresher, started, failures, end, done: () => done };
}

describe("what is asked for again", () => {
  it("is loaded before anything is drawn, together, and each part once", async () => {
    const { refresher, started } = stage();
    refresher.refresh("a", "b");
    refresher.refresh("a");
    await Promise.resolve();
    expect(started).toEqual(["a", "b"]);
  });

  it("is loaded after what is being loaded, once, however often it was asked for meanwhile", async () => {
    const { refresher, started, end, done } = stage();
    refresher.refresh("a");
    await Promise.resolve();
    for (let i = 0; i < 5; i++) refresher.refresh("a", "b");
    expect(started).toEqual(["a"]);
    await end();
    expect(started).toEqual(["a", "a", "b"]);
    await end();
    expect(done()).toBe(2);
  });

  it("that fails is told, and the rest is there", async () => {
    const { refresher, failures, end, done } = stage();
    refresher.refresh("broken", "a");
    await Promise.resolve();
    await end();
    expect(failures).toHaveLength(1);
    expect(done()).toBe(1);
  });

  it("waits while nothing may be loaded", async () => {
    let open = false;
    const { refresher, started } = stage(() => open);
    refresher.refresh("a");
    await Promise.resolve();
    expect(started).toEqual([]);
    open = true;
    refresher.refresh("b");
    await Promise.resolve();
    expect(started).toEqual(["a", "b"]);
  });
});
