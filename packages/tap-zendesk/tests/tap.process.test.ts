import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Message, State } from "@chorale/singer";
import { messagesIn, privateFolder, tapProgram } from "@chorale/tap-sdk/testing";
import { describe, expect, it } from "vitest";
import { tapZendesk } from "../src/index.ts";
import { withAccount } from "./support/account.ts";
import { accessToken, catalogOf, runWell } from "./support/run-tap.ts";
import { startSmallPages } from "./support/small-pages.ts";

const spawnTap = tapProgram(new URL("../bin/tap-zendesk.js", import.meta.url));

const startDate = "2020-01-01T00:00:00Z";
const { path: folder, fileOf } = privateFolder("tap-zendesk");

function idsOf(messages: readonly Message[], stream: string): readonly unknown[] {
  return messages.flatMap((message) =>
    message.type === "RECORD" && message.stream === stream ? [message.record["id"]] : [],
  );
}

describe("tap-zendesk", () => {
  it("prints its version, the catalog, and what it is, without settings", async () => {
    const { name, version, sdk_version: sdk } = await tapZendesk.about();
    const [versionRun, discover, about] = await Promise.all([
      spawnTap({ args: ["--version"] }),
      spawnTap({ args: ["--discover"] }),
      spawnTap({ args: ["--about", "--format", "json"] }),
    ]);
    expect(versionRun).toMatchObject({ code: 0, stdout: `${name} v${version}, Chorale tap SDK v${sdk}\n` });
    expect(discover.code).toBe(0);
    expect(JSON.parse(discover.stdout)).toEqual(await tapZendesk.discover());
    expect(about.code).toBe(0);
    expect(JSON.parse(about.stdout)).toEqual(await tapZendesk.about());
  });

  it("merges settings of several files, the later ones winning", async () => {
    await withAccount({}, async ({ url }) => {
      const first = await fileOf({ base_url: url, access_token: "wrong", start_date: startDate });
      const second = await fileOf({ access_token: accessToken });
      const run = await spawnTap({
        args: ["--config", first, "--config", second, "--select", "groups.*"],
      });
      expect(run.code).toBe(0);
      const messages = messagesIn(run.stdout);
      expect(messages.map((message) => ("stream" in message ? message.stream : message.type))).toEqual([
        "groups",
        ...Array.from({ length: 8 }, () => "groups"),
        "STATE",
        "STATE",
        "STATE",
      ]);
    });
  });

  it("takes settings from the environment and .env when it is told to", async () => {
    await withAccount({}, async ({ url }) => {
      await writeFile(join(folder, ".env"), `TAP_ZENDESK_ACCESS_TOKEN=wrong\nTAP_ZENDESK_BASE_URL=${url}\n`);
      const env = { TAP_ZENDESK_ACCESS_TOKEN: accessToken, TAP_ZENDESK_START_DATE: startDate };
      const run = await spawnTap({ args: ["--config", "ENV", "--select", "tags.*"], env, cwd: folder });
      expect(run.code).toBe(0);
      expect(messagesIn(run.stdout).filter(({ type }) => type === "RECORD").length).toBe(25);
      const deaf = await spawnTap({ args: ["--select", "tags.*"], env, cwd: folder });
      expect(deaf).toMatchObject({ code: 78, stdout: "" });
    });
  });

  it("reads what a catalog selects, from where a state says", async () => {
    await withAccount({}, async ({ url }) => {
      const whole = await runWell({ url, streams: ["users"] });
      const cursor = Buffer.from(cursorText(whole.records("users")[9])).toString("base64");
      const state: State = {
        bookmarks: {
          users: { updated_at: String(whole.records("users")[9]?.["updated_at"]), after_cursor: cursor },
        },
      };
      const run = await spawnTap({
        args: [
          ...["--config", await fileOf({ base_url: url, access_token: accessToken, start_date: startDate })],
          ...["--catalog", await fileOf(await catalogOf(["users"]))],
          ...["--state", await fileOf(state)],
        ],
      });
      expect(run.code).toBe(0);
      expect(idsOf(messagesIn(run.stdout), "users")).toEqual(whole.ids("users").slice(10));
    });
  });

  it("reads one record of each stream with --test, and prints none", async () => {
    await withAccount({}, async (account) => {
      const config = await fileOf({
        base_url: account.url,
        access_token: accessToken,
        start_date: "2025-12-01",
      });
      const run = await spawnTap({ args: ["--config", config, "--test"] });
      expect(run).toMatchObject({ code: 0, stdout: "" });
      const tested = run.log.find(({ msg }) => msg === "one record of each stream was read");
      const usual = tapZendesk.streams.filter(({ selectedByDefault }) => selectedByDefault);
      expect(tested?.["records"]).toEqual(
        Object.fromEntries(usual.map(({ name }) => [name, expect.any(Number)])),
      );
      // A page of each, and a look whether the account has it.
      expect(account.requests.length).toBeLessThanOrEqual(2 * usual.length);
    });
  });

  it("says with --test stream by stream what is missing, and reads the others", async () => {
    const options = {
      features: { talk: false },
      denied: [{ path: "/api/v2/groups", reason: "scope" }],
    } as const;
    await withAccount(options, async (account) => {
      const config = await fileOf({
        base_url: account.url,
        access_token: accessToken,
        start_date: startDate,
      });
      const select = ["groups.*", "tags.*", "talk_calls.*"].flatMap((rule) => ["--select", rule]);
      const run = await spawnTap({ args: ["--config", config, "--test", ...select] });
      expect(run).toMatchObject({ code: 70, stdout: "" });
      const said = run.log.map(({ msg }) => String(msg));
      expect(said).toContainEqual(
        expect.stringMatching(/^talk_calls is left out: .*\(403\): Access to this resource is restricted\./),
      );
      expect(said).toContainEqual(expect.stringContaining("Missing the following required scopes: read"));
      expect(account.requests.map(({ path }) => path)).toContain("/api/v2/tags");
    });
  });

  it("discovers with settings what the account has", async () => {
    await withAccount({ features: { talk: false } }, async (account) => {
      const config = await fileOf({
        base_url: account.url,
        access_token: accessToken,
        start_date: startDate,
      });
      const run = await spawnTap({ args: ["--config", config, "--discover"] });
      expect(run.code).toBe(0);
      const { streams } = JSON.parse(run.stdout);
      const names: readonly string[] = streams.map(({ stream }: { stream: string }) => stream);
      expect(names.filter((name) => name.startsWith("talk_"))).toEqual([]);
      expect(names.length).toBe(tapZendesk.streams.filter(({ name }) => !name.startsWith("talk_")).length);
    });
  });

  it("writes a rotated pair of tokens into the file that its settings came from", async () => {
    await withAccount({}, async (account) => {
      const settings = {
        base_url: account.url,
        client_id: "sandbox-client",
        client_secret: "sandbox-secret",
        refresh_token: "sandbox-refresh-token",
        start_date: startDate,
      };
      const config = await fileOf(settings);
      const args = ["--config", config, "--select", "tags.*"];
      for (const round of [1, 2, 3]) {
        const run = await spawnTap({ args });
        expect(run.code).toBe(0);
        const saved = JSON.parse(await readFile(config, "utf8"));
        expect(saved).toEqual({
          ...settings,
          access_token: account.tokens.issued.at(-1)?.access_token,
          refresh_token: expect.any(String),
        });
        expect(saved.refresh_token).not.toBe("sandbox-refresh-token");
        expect(run.stderr).not.toContain(saved.refresh_token);
        if (round === 2) account.tokens.expireAll();
      }
      const refreshes = account.requests.filter(({ path }) => path === "/oauth/tokens");
      expect(refreshes.map(({ status }) => status)).toEqual([201, 201]);
    });
  });
});

describe("the exit code", () => {
  it.each([
    {
      name: "78 without credentials",
      settings: {},
      code: 78,
      says: "config: there are no credentials.",
    },
    {
      name: "78 without start_date",
      settings: { access_token: accessToken, start_date: null },
      code: 78,
      says: '"start_date" is missing',
    },
    {
      name: "77 when they are refused",
      settings: { access_token: "refused-access-token" },
      code: 77,
      says: "answered 401",
    },
  ])("is $name", async ({ settings, code, says }) => {
    await withAccount({}, async ({ url }) => {
      const config = await fileOf({ base_url: url, start_date: startDate, ...settings });
      const run = await spawnTap({ args: ["--config", config] });
      expect(run.code).toBe(code);
      // Only a credential that the API refuses is found out after the first SCHEMA.
      const types = messagesIn(run.stdout).map(({ type }) => type);
      expect(types.filter((type) => code !== 77 || type !== "SCHEMA")).toEqual([]);
      const errors = run.log.filter(({ level }) => level === "error");
      expect(errors.length).toBe(1);
      expect(errors[0]?.["msg"]).toContain(says);
      expect(run.stderr).not.toContain("refused-access-token");
    });
  });
});

describe("SIGTERM in the middle of a stream", () => {
  it("ends with 143 after whole lines, and the last state loses nothing", async () => {
    const data = { kind: "generated", seed: 5, tickets: 60 } as const;
    await withAccount({ data, latencyMs: 5 }, async ({ url }) => {
      const gateway = await startSmallPages(url);
      try {
        const config = await fileOf({
          base_url: gateway.url,
          access_token: accessToken,
          start_date: startDate,
        });
        const args = ["--config", config, "--select", "tickets.*", "--select", "ticket_comments.*"];
        let isStopped = false;
        const stopped = await spawnTap({
          args,
          onOutput: (stdout, child) => {
            if (!isStopped && stdout.split('"type":"STATE"').length > 3) isStopped = child.kill("SIGTERM");
          },
        });
        expect(stopped.code).toBe(143);
        expect(stopped.stdout.endsWith("\n")).toBe(true);
        const before = messagesIn(stopped.stdout);
        const state = before.findLast((message) => message.type === "STATE");
        expect(state).toMatchObject({ value: { currently_syncing: "tickets" } });
        const resumed = await spawnTap({ args: [...args, "--state", await fileOf(state)] });
        expect(resumed.code).toBe(0);
        const whole = await runWell({ url, streams: ["tickets", "ticket_comments"] });
        const after = messagesIn(resumed.stdout);
        expect(idsOf(after, "tickets").length).toBeLessThan(whole.ids("tickets").length);
        for (const stream of ["tickets", "ticket_comments"]) {
          const known = new Set([...idsOf(before, stream), ...idsOf(after, stream)]);
          expect(known).toEqual(new Set(whole.ids(stream)));
        }
      } finally {
        await gateway.close();
      }
    });
  });
});

/** How the export spells the place of a user in its cursor. */
function cursorText(user: Readonly<Record<string, unknown>> | undefined): string {
  return `${Date.parse(String(user?.["updated_at"])) / 1000}.0||${String(user?.["id"])}|`;
}
