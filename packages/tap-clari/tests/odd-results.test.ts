import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { tapClari } from "../src/index.ts";
import { configOf, now } from "./support/run-tap.ts";

const whole = {
  entries: [{ userId: "1:a", fieldId: "f", timeFrameId: "TF:2026-01-14", currency: "USD" }],
  fields: [],
  users: [],
  timePeriods: [{ timePeriodId: "2026_Q4" }],
  timeFrames: [],
};

/** Runs the tap against a server that answers every request with one body, which the stand-in never gives. */
async function entriesOf(body: unknown): Promise<readonly unknown[]> {
  const server = createServer((_, response) => response.end(JSON.stringify(body)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const records: unknown[] = [];
  try {
    const config = configOf({ url }, { forecast_ids: ["net_arr"] });
    const select = ["forecast_entries.*"];
    for await (const message of tapClari.sync({ config, select, clock: () => new Date(now) })) {
      if (message.type === "RECORD") records.push(message.record);
    }
    return records;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("a result", () => {
  it("without days, and with a currency that is a text, is taken", async () => {
    expect(await entriesOf(whole)).toMatchObject([
      { forecastId: "net_arr", timePeriodId: "2026_Q4", currency: "USD", userName: null, fieldName: null },
    ]);
  });

  it.each([
    [{ ...whole, timePeriods: [] }, "was asked for 2026_Q4, and Clari answered no quarter."],
    [{ ...whole, timePeriods: null }, "was asked for 2026_Q4, and Clari answered no quarter."],
    [{ ...whole, entries: undefined }, "the result has no entries. Look whether the API changed."],
    [{ ...whole, users: undefined }, "the result has no users. Look whether the API changed."],
    [{ data: whole }, "the result has no entries. Look whether the API changed."],
  ])("that is %j is refused", async (body, message) => {
    await expect(entriesOf(body)).rejects.toThrow(message);
  });
});
