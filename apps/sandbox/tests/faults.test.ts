import { get as httpGet, type IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { type Fault, type FaultPlan, isFaultPlan } from "../src/faults.ts";
import { matchesPath } from "../src/path-pattern.ts";
import { basic, type Client, withZendesk } from "./zendesk-client.ts";

const path = "/api/v2/groups.json";

function always(fault: Fault): FaultPlan {
  return { rules: [{ path: "/api/v2/groups", fault }] };
}

interface Raw {
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Whether the body came whole, by the client's own reckoning. */
  readonly complete: boolean;
}

/** Reads as far as the connection carries, without decompression. Rejects when there are no headers. */
function rawGet({ sandbox }: Client): Promise<Raw> {
  return new Promise((resolve, reject) => {
    httpGet(`${sandbox.url}${path}`, { headers: { authorization: basic }, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      const finish = (): void => {
        resolve({ headers: response.headers, body: Buffer.concat(pieces), complete: response.complete });
      };
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", finish);
      response.on("end", finish);
    }).on("error", reject);
  });
}

describe("faults", () => {
  it.each([
    [429, {}, null, "Number of allowed API requests per minute exceeded"],
    [429, { retry_after_seconds: 7 }, "7", "Number of allowed API requests per minute exceeded"],
    [429, { body: "{}", content_type: "application/json" }, null, "{}"],
    [401, {}, null, `{"error":"Couldn't authenticate you"}`],
    [404, {}, null, `{"error":"RecordNotFound","description":"Not found"}`],
    [409, {}, null, `{"error":"Fault","description":"Status 409 on demand"}`],
    [500, {}, null, "<html><body><h1>500 Internal Server Error</h1></body></html>"],
    [502, {}, null, "<html><body><h1>502 Bad Gateway</h1></body></html>"],
    [503, { retry_after_seconds: 0 }, "0", "<html><body><h1>503 Service Unavailable</h1></body></html>"],
    [504, {}, null, "upstream request timeout"],
  ])("answer status %i %j", async (status, extra, retryAfter, body) => {
    await withZendesk({ faults: always({ kind: "status", status, ...extra }) }, async ({ sandbox, get }) => {
      const answer = await get(path);
      expect([answer.status, answer.headers.get("retry-after"), answer.text]).toEqual([
        status,
        retryAfter,
        body,
      ]);
      expect(sandbox.requests).toMatchObject([{ status, fault: "status" }]);
      expect((await get("/api/v2/tags")).status).toBe(200);
    });
  });

  it("answer 403 with a reason", async () => {
    await withZendesk({ faults: always({ kind: "status", status: 403 }) }, async ({ get }) => {
      expect((await get(path)).text).toContain("You do not have access to this page");
    });
  });

  it("reset the connection before headers", async () => {
    await withZendesk({ faults: always({ kind: "reset" }) }, async (client) => {
      await expect(rawGet(client)).rejects.toMatchObject({ code: "ECONNRESET" });
      expect(client.sandbox.requests).toMatchObject([{ status: 0, fault: "reset" }]);
    });
  });

  it("send less than the content length", async () => {
    await withZendesk({ faults: always({ kind: "truncated" }) }, async (client) => {
      const { headers, body, complete } = await rawGet(client);
      const length = Number(headers["content-length"]);
      expect(complete).toBe(false);
      expect(body).toHaveLength(Math.floor(length / 2));
      expect(body.length).toBeGreaterThan(100);
    });
  });

  it("cut a chunked body", async () => {
    await withZendesk({ faults: always({ kind: "cut" }) }, async (client) => {
      const { headers, body, complete } = await rawGet(client);
      expect(complete).toBe(false);
      expect(headers).toMatchObject({ "transfer-encoding": "chunked" });
      expect(headers).not.toHaveProperty("content-length");
      expect(body.length).toBeGreaterThan(100);
    });
  });

  it("answer 200 with half of the JSON", async () => {
    await withZendesk({ faults: always({ kind: "invalid-json" }) }, async (client) => {
      const { headers, body, complete } = await rawGet(client);
      expect(complete).toBe(true);
      expect(headers["content-type"]).toBe("application/json; charset=utf-8");
      expect(() => JSON.parse(body.toString())).toThrow(SyntaxError);
    });
  });

  it.each([
    [undefined, "text/html; charset=utf-8"],
    ["text/csv", "text/csv"],
  ])("answer under another content type", async (contentType, expected) => {
    const fault: Fault =
      contentType === undefined
        ? { kind: "content-type" }
        : { kind: "content-type", content_type: contentType };
    await withZendesk({ faults: always(fault) }, async ({ get }) => {
      const { headers, body } = await get(path);
      expect(headers.get("content-type")).toBe(expected);
      expect(body).toHaveProperty("groups");
    });
  });

  it("compress the body", async () => {
    await withZendesk({ faults: always({ kind: "gzip" }) }, async (client) => {
      const { headers, body } = await rawGet(client);
      expect(headers["content-encoding"]).toBe("gzip");
      expect([...body.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
      expect((await client.get(path)).body).toHaveProperty("groups");
    });
  });

  it("answer slowly, before the headers and between pieces, and whole", async () => {
    const fault = { kind: "slow", before_headers_ms: 30, between_pieces_ms: 10, pieces: 4 } as const;
    await withZendesk({ faults: always(fault) }, async (client) => {
      const started = performance.now();
      const { body, complete } = await rawGet(client);
      expect(performance.now() - started).toBeGreaterThanOrEqual(58);
      expect(complete).toBe(true);
      client.sandbox.faults.clear();
      expect(body.toString()).toBe((await rawGet(client)).body.toString());
    });
  });

  it("answer a huge body that is still JSON", async () => {
    await withZendesk({ faults: always({ kind: "huge", bytes: 20_000_000 }) }, async ({ get }) => {
      const { text, body } = await get(path);
      expect(text.length).toBeGreaterThan(20_000_000);
      expect(Object.keys(body)).toEqual(["groups", "next_page", "previous_page", "count", "padding"]);
      expect(String(body["padding"])).toHaveLength(20_000_000);
    });
  });
});

describe("fault plans", () => {
  async function statuses(plan: FaultPlan, count: number): Promise<number[]> {
    const found: number[] = [];
    await withZendesk({ faults: plan }, async ({ get }) => {
      for (let asked = 0; asked < count; asked += 1) found.push((await get(path)).status);
    });
    return found;
  }

  const fault = { kind: "status", status: 500 } as const;

  it.each([
    [1, [500, 200, 200, 200]],
    [3, [200, 200, 500, 200]],
    [
      [2, 4],
      [200, 500, 200, 500],
    ],
    [undefined, [500, 500, 500, 500]],
  ])("fire at the requests %j", async (nth, expected) => {
    const rule = { path: "/api/v2/groups", fault, ...(nth === undefined ? {} : { nth }) };
    expect(await statuses({ rules: [rule] }, 4)).toEqual(expected);
  });

  it("draw the same requests from the same seed", async () => {
    const plan = (seed: number): FaultPlan => ({ seed, rules: [{ path: "**", probability: 0.5, fault }] });
    const one = await statuses(plan(1), 40);
    expect(await statuses(plan(1), 40)).toEqual(one);
    expect(await statuses(plan(2), 40)).not.toEqual(one);
    const failed = one.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(10);
    expect(failed).toBeLessThan(30);
  });

  it("play the first of several that fire, and count in all", async () => {
    const rules = [
      { path: "**", nth: 1, fault: { kind: "status", status: 401 } },
      { path: "/api/v2/*", nth: [1, 2], fault },
    ] as const;
    expect(await statuses({ rules }, 3)).toEqual([401, 500, 200]);
  });

  it("can be added to and cleared while running", async () => {
    await withZendesk({}, async ({ sandbox, get }) => {
      expect((await get(path)).status).toBe(200);
      sandbox.faults.add({ path: "/api/v2/groups", nth: 1, fault });
      expect((await get(path)).status).toBe(500);
      sandbox.faults.add({ path: "/api/v2/groups", fault });
      sandbox.faults.clear();
      expect((await get(path)).status).toBe(200);
    });
  });

  it.each([
    ["/api/v2/groups", "/api/v2/groups", true],
    ["/api/v2/groups", "/api/v2/groups.json", true],
    ["/api/v2/groups.json", "/api/v2/groups", false],
    ["/api/v2/*", "/api/v2/tickets/1/audits", false],
    ["/api/v2/tickets/*/audits", "/api/v2/tickets/1/audits.json", true],
    ["/api/v2/**", "/api/v2/tickets/1/audits", true],
    ["/api/v2/group", "/api/v2/groups", false],
    ["/api/v2/(a|b)+?.x", "/api/v2/(a|b)+?.x", true],
    ["/api/v2/(a|b)", "/api/v2/a", false],
  ])("match %s against %s: %j", (pattern, asked, expected) => {
    expect(matchesPath(pattern, asked)).toBe(expected);
  });

  it.each([
    [{ rules: [] }, true],
    [{ seed: 4, rules: [{ path: "**", nth: [1, 2], probability: 0.1, fault }] }, true],
    [{ rules: [{ path: "**", fault: { kind: "huge", bytes: 10 } }] }, true],
    [{ rules: [{ path: "**", fault: { kind: "huge" } }] }, false],
    [{ rules: [{ path: "**", fault: { kind: "status" } }] }, false],
    [{ rules: [{ path: "**", fault: { kind: "other" } }] }, false],
    [{ rules: [{ path: "**", nth: 0, fault }] }, false],
    [{ rules: [{ path: "**", probability: 2, fault }] }, false],
    [{ rules: [{ fault }] }, false],
    [{ seed: "x", rules: [] }, false],
    [{}, false],
    [[], false],
    [null, false],
  ])("are checked when read: %j is %j", (plan, expected) => {
    expect(isFaultPlan(plan)).toBe(expected);
  });
});
