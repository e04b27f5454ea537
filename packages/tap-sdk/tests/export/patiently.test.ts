import { describe, expect, it } from "vitest";
import { patiently } from "../../src/index.ts";

const signal = new AbortController().signal;

async function timesOf(options: Omit<Parameters<typeof patiently>[0], "signal">): Promise<readonly number[]> {
  const began = performance.now();
  const times: number[] = [];
  for await (const _ of patiently({ ...options, signal })) times.push(performance.now() - began);
  return times;
}

describe("tries", () => {
  it("come at once, and then with growing waits, up to the longest", async () => {
    const times = await timesOf({ firstSeconds: 0.04, longestSeconds: 0.08, timeoutSeconds: 0.5 });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // A timer may be a millisecond early, and as late as the machine is busy.
    for (const [index, least] of [40, 60, 80, 80].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least - 2);
    }
  });

  it("end with one when the time is over", async () => {
    const times = await timesOf({ longestSeconds: 60, timeoutSeconds: 0.05 });
    expect(times.length).toBe(2);
    expect(times[1]).toBeGreaterThanOrEqual(48);
  });

  it("are one when there is no time", async () => {
    expect((await timesOf({ timeoutSeconds: 0 })).length).toBe(1);
  });

  it("are numbered", async () => {
    const numbers: number[] = [];
    for await (const number of patiently({ longestSeconds: 0.001, timeoutSeconds: 60, signal })) {
      numbers.push(number);
      if (number === 4) break;
    }
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  it("end with the signal's reason, at once", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const pace = patiently({
      firstSeconds: 60,
      longestSeconds: 60,
      timeoutSeconds: 600,
      signal: stop.signal,
    });
    await pace.next();
    const waiting = pace.next();
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    const over = patiently({ timeoutSeconds: 600, signal: stop.signal });
    await expect(over.next()).rejects.toBe(reason);
  });
});
