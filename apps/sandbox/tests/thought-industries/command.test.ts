import { describe, expect, it } from "vitest";
import { runSandbox } from "../../src/command.ts";
import { thoughtIndustriesCommand } from "../../src/thought-industries/command.ts";

async function asked(args: readonly string[], path: string, key: string): Promise<Response> {
  const standIn = await thoughtIndustriesCommand.start(args);
  try {
    const url = `${standIn.announcement["url"]}/incoming/v2/${path}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    return new Response(await response.text(), { status: response.status, headers: response.headers });
  } finally {
    await standIn.close();
  }
}

describe("chorale-sandbox thought-industries", () => {
  it("draws as much as it is told to", async () => {
    const events = await asked(["--events", "3", "--seed", "4"], "events/login", "sandbox-api-key");
    expect(await events.json()).toMatchObject({ events: { length: 3 }, pageInfo: { hasMore: false } });
    const rows = await asked(["--rows", "2"], "content", "sandbox-api-key");
    expect(await rows.json()).toMatchObject({ contentItems: { length: 2 } });
  });

  it("takes another key, and multiplies the limits", async () => {
    const args = ["--api-key", "mine", "--rate-limit-factor", "3", "--rate-window-ms", "1000"];
    const response = await asked(args, "events/login", "mine");
    expect([response.status, response.headers.get("x-ratelimit-limit")]).toEqual([200, "300"]);
    expect((await asked(args, "events/login", "sandbox-api-key")).status).toBe(401);
    expect((await asked(["--signing-key", "k"], "ping", "sandbox-api-key")).status).toBe(401);
  });

  it.each([
    [["--port", "x"], "--port: x is no whole number."],
    [["--events", "many"], "--events: many is no whole number."],
    [["--unknown"], "--unknown"],
  ])("answers the arguments %j with 64", async (args, message) => {
    let written = "";
    const put = { write: (text: string) => (written += text) };
    const streams = { stdout: put, stderr: put, signal: AbortSignal.abort() };
    expect(await runSandbox(["thought-industries", ...args], streams)).toBe(64);
    expect(written).toContain(message);
  });
});
