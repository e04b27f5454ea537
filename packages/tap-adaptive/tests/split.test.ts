import { exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { runTap, runWell, withAccount } from "./support/run-tap.ts";

const select = ["data.*"];
const config = { versions: ["FY25 Plan"], rules: { include_zero_rows: true } };

/** The spans that were asked for, in order. */
function spans(
  calls: readonly { readonly method: string; readonly request: { readonly children: readonly unknown[] } }[],
) {
  return calls
    .filter(({ method }) => method === "exportData")
    .map(({ request }) => {
      const [, start, end] = /"start":"([^"]*)","end":"([^"]*)"/.exec(JSON.stringify(request)) ?? [];
      return start === undefined ? "all" : `${start} ${end}`;
    });
}

describe("an answer that is cut off", () => {
  it("is asked for in halves, by the periods of its header, until each is small enough", async () => {
    const whole = await records({});
    await withAccount({ size: { months: 7 }, maxCells: 4 }, async (account) => {
      const run = await runWell({ url: account.url, select, config });
      expect(spans(account.calls)).toEqual([
        "all",
        "all",
        "02/2025 05/2025",
        "02/2025 05/2025",
        "02/2025 03/2025",
        "04/2025 05/2025",
        "06/2025 08/2025",
        "06/2025 08/2025",
        "06/2025 07/2025",
        "08/2025 08/2025",
      ]);
      const sorted = (all: readonly unknown[]): readonly string[] =>
        all.map((each) => JSON.stringify(each)).toSorted();
      expect(sorted(run.records("data"))).toEqual(sorted(whole));
      expect(run.said("warn")).toContain(
        'data: "FY25 Plan" is too large an answer; it is asked for as 02/2025 to 05/2025 and 06/2025 to 08/2025',
      );
    });
  }, 20_000);

  it("before its header is asked for in halves of the configured span", async () => {
    await withAccount({}, async (account) => {
      const body = "<response><output>";
      account.faults.add({
        path: "**/exportData/**",
        nth: [1, 2],
        fault: { kind: "status", status: 200, body },
      });
      const run = await runWell({
        url: account.url,
        select,
        config: { ...config, time_span: { start: "11/2025", end: "01/2026" } },
      });
      expect(spans(account.calls)).toEqual(["11/2025 12/2025", "01/2026 01/2026"]);
      expect(run.records("data").map(({ period }) => period)).toEqual([
        "11/2025",
        "12/2025",
        "11/2025",
        "12/2025",
        "01/2026",
        "01/2026",
      ]);
    });
  });

  it.each([
    ["a single period", { time_span: { start: "02/2025", end: "02/2025" } }],
    ["sums over all of it", { rules: { time_rollups: "single", include_zero_rows: true } }],
    ["sums beside months", { rules: { time_rollups: "true", include_zero_rows: true } }],
  ])("cannot be cut further: %s", async (_name, more) => {
    await withAccount({ maxCells: 1 }, async (account) => {
      const run = await runTap({ url: account.url, select, config: { ...config, ...more } });
      expect(exitCodeOf(run.error)).toBe(75);
      expect(run.records("data")).toEqual([]);
      expect(spans(account.calls).length).toBe(2);
      expect(run.states.at(-1)).toEqual({});
    });
  });
});

async function records(more: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
  let found: readonly unknown[] = [];
  await withAccount({ size: { months: 7 } }, async ({ url }) => {
    found = (await runWell({ url, select, config: { ...config, ...more } })).records("data");
  });
  return found;
}
