import type { ScriptedRequest } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { rateLeft } from "../src/rate-headers.ts";
import { runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

describe("rateLeft", () => {
  it.each([
    { name: "nothing", headers: {}, left: [] },
    {
      name: "the account's limit",
      headers: { "ratelimit-limit": "700", "ratelimit-remaining": "12", "ratelimit-reset": "41" },
      left: [
        { remaining: 12, resetSeconds: 41 },
        { bucket: "account", remaining: 12, resetSeconds: 41 },
      ],
    },
    {
      name: "the account's limit in older words",
      headers: { "rate-limit": "700", "rate-limit-remaining": "0", "rate-limit-reset": "9" },
      left: [
        { remaining: 0, resetSeconds: 9 },
        { bucket: "account", remaining: 0, resetSeconds: 9 },
      ],
    },
    { name: "a limit without its end", headers: { "x-rate-limit-remaining": "0" }, left: [] },
    { name: "words", headers: { "ratelimit-remaining": "", "ratelimit-reset": "soon" }, left: [] },
    {
      name: "the limit of an endpoint",
      headers: {
        "zendesk-ratelimit-incremental-exports": "total=10; remaining=9; resets=6",
        "zendesk-ratelimit-tickets-index": "total=100;remaining=0;resets=60",
        "zendesk-ratelimit-unknown": "nothing=1",
      },
      left: [
        { bucket: "incremental-exports", remaining: 9, resetSeconds: 6 },
        { bucket: "tickets-index", remaining: 0, resetSeconds: 60 },
      ],
    },
  ])("reads $name", ({ headers, left }) => {
    expect(rateLeft(headers)).toEqual(left);
  });
});

const isExport = ({ path }: ScriptedRequest): boolean => path.includes("incremental");

/** Two pages of tickets, the first one with headers, and an audit for each ticket. */
function answer(request: ScriptedRequest, headers: Readonly<Record<string, string>>) {
  if (!isExport(request)) return { body: { audits: [] } };
  const isFirst = request.query["cursor"] === undefined;
  const tickets = [{ id: isFirst ? 1 : 2, status: "open", generated_timestamp: 1767225600 }];
  const page = { tickets, after_cursor: isFirst ? "A" : "B", end_of_stream: !isFirst };
  return { headers: isFirst ? headers : {}, body: page };
}

/** How long the requests that fit waited for the first answer of the run, in milliseconds. */
async function waits(headers: Readonly<Record<string, string>>, fits: (request: ScriptedRequest) => boolean) {
  let waited = 0;
  await withScript(
    (request) => answer(request, headers),
    async (server) => {
      await runWell({ url: server.url, streams: ["ticket_audits"] });
      const [first, ...rest] = server.requests;
      waited = (rest.find(fits)?.at ?? 0) - (first?.at ?? 0);
    },
  );
  return waited;
}

describe("a limit that is used up", () => {
  const exportsSpent = { "zendesk-ratelimit-incremental-exports": "total=10; remaining=0; resets=2" };
  const accountSpent = { "ratelimit-remaining": "0", "ratelimit-reset": "2" };

  it("of exports holds back exports, and nothing else", async () => {
    expect(await waits(exportsSpent, isExport)).toBeGreaterThanOrEqual(1990);
    expect(await waits(exportsSpent, (request) => !isExport(request))).toBeLessThan(1900);
  });

  it("of the account holds back everything", async () => {
    expect(await waits(accountSpent, isExport)).toBeGreaterThanOrEqual(1990);
    expect(await waits(accountSpent, (request) => !isExport(request))).toBeGreaterThanOrEqual(1990);
  });
});
