import { describe, expect, it } from "vitest";
import { runSandbox } from "../../src/command.ts";
import { basic, basicOf, withZengrc } from "./zengrc-client.ts";

describe("the credential", () => {
  const credential = { username: "Ükey", password: "s:cret/=" };

  it.each([
    ["itself", basicOf("Ükey:s:cret/="), 200],
    ["a scheme in lower case", basicOf("Ükey:s:cret/=").replace("Basic", "basic"), 200],
    ["another secret", basicOf("Ükey:s:cret"), 401],
    ["another key", basicOf("ükey:s:cret/="), 401],
    ["the default one", basic, 401],
    ["another scheme", basicOf("Ükey:s:cret/=").replace("Basic", "Bearer"), 401],
    ["nothing", "", 401],
  ])("is asked for: %s", async (_, authorization, status) => {
    await withZengrc({ credential }, async ({ get }) => {
      expect((await get("risks", authorization)).status).toBe(status);
      expect((await get("nothing", authorization)).status).toBe(status === 200 ? 404 : 401);
    });
  });
});

describe("paths", () => {
  it.each([
    ["people", 200],
    ["org_groups", 200],
    ["tickets", 404],
    ["Risks", 404],
    ["/api/v1/risks", 404],
    ["/risks", 404],
    ["/", 404],
    ["/api/v2/", 404],
    ["constructor", 404],
  ])("answer %s with %i", async (path, status) => {
    await withZengrc({}, async ({ get }) => {
      expect((await get(path)).status).toBe(status);
    });
  });

  it.each(["POST", "PUT", "DELETE"])("answer %s with 405", async (method) => {
    await withZengrc({}, async ({ sandbox }) => {
      const response = await fetch(`${sandbox.url}/api/v2/risks`, {
        method,
        headers: { authorization: basic },
      });
      expect(response.status).toBe(405);
    });
  });

  it("may be absent or denied", async () => {
    await withZengrc({ absent: ["systems"], denied: ["people"] }, async ({ get }) => {
      expect((await get("systems")).status).toBe(404);
      expect((await get("people")).status).toBe(403);
      expect((await get("people/11")).status).toBe(403);
      expect((await get("vendors")).status).toBe(200);
    });
  });
});

describe("the rate limit", () => {
  it("is refilled after its window, and does not count what it refuses", async () => {
    let at = 0;
    await withZengrc({ rateLimit: { requests: 2, windowMs: 1000 }, clock: () => at }, async ({ get }) => {
      const statuses = async (): Promise<readonly number[]> => [
        (await get("risks")).status,
        (await get("audits")).status,
        (await get("risks")).status,
      ];
      expect(await statuses()).toEqual([200, 200, 429]);
      const refused = await get("risks");
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
      at = 1000;
      expect(await statuses()).toEqual([200, 200, 429]);
    });
  });

  it("is not there unless it is asked for", async () => {
    await withZengrc({ records: 1 }, async ({ get }) => {
      for (let count = 0; count < 200; count += 1) expect((await get("risks")).status).toBe(200);
    });
  });
});

describe("faults", () => {
  it.each([
    [401, {}, "The key id or the key secret is wrong"],
    [403, {}, "The role of this key may not read this object"],
    [404, {}, "Not found"],
    [429, { retry_after_seconds: 7 }, "Status 429 on demand"],
    [500, {}, "Status 500 on demand"],
    [504, {}, "Endpoint request timed out"],
    [503, { body: "<html>busy</html>", content_type: "text/html" }, "<html>busy</html>"],
  ])("answer status %i %j", async (status, extra, said) => {
    const rules = [{ path: "/api/v2/risks", nth: 1, fault: { kind: "status", status, ...extra } }] as const;
    await withZengrc({ faults: { rules } }, async ({ get, sandbox }) => {
      const answer = await get("risks");
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(said);
      expect(answer.headers.get("retry-after")).toBe(status === 429 ? "7" : null);
      expect(sandbox.requests).toMatchObject([{ status, fault: "status" }]);
      expect((await get("risks")).status).toBe(200);
    });
  });
});

describe("chorale-sandbox zengrc", () => {
  it.each([
    [["--records", "-1"], "--records"],
    [["--page-rows", "0"], "--page-rows: a page has one row at least."],
    [["--absent", "tickets"], "--absent: tickets is none of assessments, audits,"],
    [["--username", "a"], "--username and --password go together."],
    [["--tickets", "1"], "--tickets"],
  ])("refuses the arguments %j", async (args, message) => {
    let said = "";
    const code = await runSandbox(["zengrc", ...args], {
      stdout: { write: () => true },
      stderr: { write: (text) => (said += text) },
      signal: AbortSignal.abort(),
    });
    expect([code, said.split("\n").length]).toEqual([64, 2]);
    expect(said).toContain(message);
  });

  it("serves what its arguments say until it is stopped", async () => {
    const stop = new AbortController();
    const announced = Promise.withResolvers<string>();
    const args = ["zengrc", "--records", "3", "--page-rows", "2", "--denied", "risks", "--denied", "people"];
    const ended = runSandbox([...args, "--username", "a", "--password", "b", "--requests-per-minute", "4"], {
      stdout: { write: (text) => announced.resolve(text) },
      stderr: { write: () => true },
      signal: stop.signal,
    });
    const { url }: { url: string } = JSON.parse(await announced.promise);
    const ask = (path: string) =>
      fetch(`${url}/api/v2/${path}`, { headers: { authorization: basicOf("a:b") } });
    expect(await (await ask("audits")).json()).toMatchObject({ data: { length: 2 } });
    expect((await ask("risks")).status).toBe(403);
    expect((await ask("people")).status).toBe(403);
    expect((await ask("audits")).status).toBe(200);
    expect((await ask("audits")).status).toBe(429);
    stop.abort();
    expect(await ended).toBe(0);
  });
});
