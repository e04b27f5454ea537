import type { Message } from "@chorale/singer";
import { messagesIn, privateFolder, tapProgram } from "@chorale/tap-sdk/testing";
import { describe, expect, it } from "vitest";
import { tapThoughtIndustries } from "../src/index.ts";
import { day, iso } from "./support/events.ts";
import { withPortal } from "./support/portal.ts";
import { apiKey, runWell } from "./support/run-tap.ts";

const spawnTap = tapProgram(new URL("../bin/tap-thought-industries.js", import.meta.url));

const clock = Date.now;
const { path: folder, fileOf } = privateFolder("tap-thought-industries");

function keysOf(messages: readonly Message[], stream: string): readonly unknown[] {
  return messages.flatMap((message) =>
    message.type === "RECORD" && message.stream === stream
      ? [message.record["id"] ?? message.record["_event_key"]]
      : [],
  );
}

const settingsOf = (url: string) => ({
  base_url: url,
  api_key: apiKey,
  start_date: iso(Date.now() - 40 * day),
});

describe("tap-thought-industries", () => {
  it("prints its version, the catalog, and what it is, without settings", async () => {
    const { name, version, sdk_version: sdk } = await tapThoughtIndustries.about();
    const [versionRun, discover, about] = await Promise.all([
      spawnTap({ args: ["--version"] }),
      spawnTap({ args: ["--discover"] }),
      spawnTap({ args: ["--about", "--format", "json"] }),
    ]);
    expect(versionRun).toMatchObject({ code: 0, stdout: `${name} v${version}, Chorale tap SDK v${sdk}\n` });
    expect(discover.code).toBe(0);
    expect(JSON.parse(discover.stdout)).toEqual(await tapThoughtIndustries.discover());
    expect(about.code).toBe(0);
    expect(JSON.parse(about.stdout)).toEqual(await tapThoughtIndustries.about());
  });

  it("takes its settings, the salt among them, from the environment when it is told to", async () => {
    await withPortal({ clock }, async ({ url }) => {
      const env = {
        TAP_THOUGHT_INDUSTRIES_BASE_URL: url,
        TAP_THOUGHT_INDUSTRIES_API_KEY: apiKey,
        TAP_THOUGHT_INDUSTRIES_START_DATE: iso(Date.now() - 40 * day),
        TAP_THOUGHT_INDUSTRIES_PII: "hash",
        TAP_THOUGHT_INDUSTRIES_PII_SALT: "from-outside",
      };
      const run = await spawnTap({ args: ["--config", "ENV", "--select", "logins.*"], env, cwd: folder });
      expect(run.code).toBe(0);
      const keys = keysOf(messagesIn(run.stdout), "logins");
      expect(new Set(keys).size).toBe(220);
      expect(run.stdout).not.toMatch(/@example\.com|from-outside/);
      expect(run.stderr).not.toMatch(/from-outside|sandbox-api-key/);
      const deaf = await spawnTap({ args: ["--select", "logins.*"], env, cwd: folder });
      expect(deaf).toMatchObject({ code: 78, stdout: "" });
    });
  });

  it("goes on from the state of a run that a signal ended, and misses nothing", async () => {
    await withPortal({ clock, data: { seed: 5, visit: 900 }, latencyMs: 5 }, async ({ url }) => {
      const config = await fileOf({ ...settingsOf(url), window_hours: 6 });
      const args = ["--config", config, "--select", "visits.*"];
      const stopped = await spawnTap({
        args,
        onOutput: (stdout, child) => {
          if (stdout.split('"STATE"').length > 4) child.kill("SIGTERM");
        },
      });
      expect(stopped.code).toBe(143);
      const before = messagesIn(stopped.stdout);
      const state = before.findLast(({ type }) => type === "STATE");
      const rest = await spawnTap({ args: [...args, "--state", await fileOf(state)] });
      expect(rest.code).toBe(0);
      const upTo = before.slice(
        0,
        before.findLastIndex(({ type }) => type === "STATE"),
      );
      const seen = new Set([...keysOf(upTo, "visits"), ...keysOf(messagesIn(rest.stdout), "visits")]);
      expect(seen.size).toBe(900);
      expect(keysOf(upTo, "visits").length).toBeLessThan(900);
    });
  });

  it("tests the key and each stream, and says what is missing", async () => {
    await withPortal({ clock }, async (portal) => {
      const good = await spawnTap({ args: ["--config", await fileOf(settingsOf(portal.url)), "--test"] });
      expect([good.code, good.stdout]).toEqual([0, ""]);
      // The key, and a request for each stream.
      expect(portal.requests[0]?.path).toBe("/incoming/v2/ping");
      expect(portal.requests.length).toBe(1 + tapThoughtIndustries.streams.length);
      expect(new Set(portal.requests.map(({ path }) => path)).size).toBe(portal.requests.length);
      const wrong = { ...settingsOf(portal.url), api_key: "wrong-key" };
      const bad = await spawnTap({ args: ["--config", await fileOf(wrong), "--test"] });
      expect([bad.code, bad.stdout]).toEqual([77, ""]);
      expect(bad.stderr).not.toContain("wrong-key");
    });
    const denied = ["/incoming/v2/events/login", "/incoming/v2/coupons"];
    await withPortal({ clock, denied }, async ({ url }) => {
      const run = await spawnTap({ args: ["--config", await fileOf(settingsOf(url)), "--test"] });
      expect([run.code, run.stdout]).toEqual([70, ""]);
      expect(run.stderr).toContain("/incoming/v2/events/login");
      expect(run.stderr).toContain("/incoming/v2/coupons");
    });
  });

  it("reads 100,000 events with the memory of 10,000", async () => {
    const data = { seed: 1, visit: 100_000, days: 100 };
    await withPortal({ data }, async ({ url }) => {
      const config = { start_date: "2025-09-01" };
      let count = 0;
      let early = 0;
      let most = 0;
      await runWell({
        url,
        streams: ["visits"],
        config,
        keeps: false,
        until: ({ type }) => {
          if (type === "RECORD") count += 1;
          if (type === "STATE") most = Math.max(most, process.memoryUsage().heapUsed);
          if (count === 10_000) early = most;
          return false;
        },
      });
      expect(count).toBe(100_000);
      expect(most).toBeLessThan(early + 64 * 1024 * 1024);
    });
  }, 60_000);
});
