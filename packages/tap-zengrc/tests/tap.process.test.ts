import { type EndedProgram, messagesIn, privateFolder, tapProgram } from "@chorale/tap-sdk/testing";
import { describe, expect, it } from "vitest";
import { tapZengrc } from "../src/index.ts";
import { askedFor, withAccount } from "./support/account.ts";
import { credential } from "./support/run-tap.ts";

const spawnTap = tapProgram(new URL("../bin/tap-zengrc.js", import.meta.url));

const { fileOf } = privateFolder("tap-zengrc");

function keysOf(stdout: string): ReadonlySet<string> {
  return new Set(
    messagesIn(stdout).flatMap((each) =>
      each.type === "RECORD" ? [`${each.stream} ${String(each.record["id"])}`] : [],
    ),
  );
}

function said({ log }: EndedProgram, ...levels: readonly string[]): readonly string[] {
  return log.filter(({ level }) => levels.includes(String(level))).map(({ msg }) => String(msg));
}

describe("tap-zengrc", () => {
  it("prints its version, the catalog, and what it is, without settings", async () => {
    const { name, version, sdk_version: sdk } = await tapZengrc.about();
    const [versionRun, discover, about] = await Promise.all([
      spawnTap({ args: ["--version"] }),
      spawnTap({ args: ["--discover"] }),
      spawnTap({ args: ["--about", "--format", "json"] }),
    ]);
    expect(versionRun).toMatchObject({ code: 0, stdout: `${name} v${version}, Chorale tap SDK v${sdk}\n` });
    expect(discover.code).toBe(0);
    expect(JSON.parse(discover.stdout)).toEqual(await tapZengrc.discover());
    expect(JSON.parse(about.stdout)).toEqual(await tapZengrc.about());
  });

  it("discovers what the account has when it is given settings", async () => {
    await withAccount({ absent: ["people"] }, async ({ url }) => {
      const config = await fileOf({ base_url: url, ...credential, extra_objects: ["standards"] });
      const run = await spawnTap({ args: ["--config", config, "--discover"] });
      expect(run.code).toBe(0);
      const { streams }: { streams: readonly { stream: string }[] } = JSON.parse(run.stdout);
      const names = streams.map(({ stream }) => stream);
      expect(names.slice(-2)).toEqual(["systems", "standards"]);
      expect(names).not.toContain("people");
    });
  });

  it("takes settings from the environment when it is told to, a list of objects too", async () => {
    await withAccount({}, async (account) => {
      const env = {
        TAP_ZENGRC_BASE_URL: account.url,
        TAP_ZENGRC_USERNAME: credential.username,
        TAP_ZENGRC_PASSWORD: credential.password,
        TAP_ZENGRC_EXTRA_OBJECTS: '["standards", "tasks"]',
      };
      const select = ["--select", "standards.*", "--select", "tasks.*"];
      const run = await spawnTap({ args: ["--config", "ENV", ...select], env });
      expect(run.code).toBe(0);
      expect(keysOf(run.stdout).size).toBe(24);
      const deaf = await spawnTap({ args: select, env });
      expect(deaf).toMatchObject({ code: 78, stdout: "" });
    });
  });

  it("reads what a catalog selects", async () => {
    await withAccount({}, async (account) => {
      const config = { base_url: account.url, ...credential };
      const { streams } = await tapZengrc.discover();
      const catalog = {
        streams: streams.filter(({ stream }) => ["audits", "people"].includes(stream)),
      };
      const args = ["--config", await fileOf(config), "--catalog", await fileOf(catalog)];
      const run = await spawnTap({ args });
      expect(run.code).toBe(0);
      expect(new Set(askedFor(account))).toEqual(new Set(["audits", "people"]));
      expect(keysOf(run.stdout).size).toBe(24);
    });
  });
});

describe("--test", () => {
  it("reads one record of each stream, and prints none", async () => {
    await withAccount({}, async (account) => {
      const config = await fileOf({ base_url: account.url, ...credential, extra_objects: ["standards"] });
      const run = await spawnTap({ args: ["--config", config, "--test"] });
      expect(run).toMatchObject({ code: 0, stdout: "" });
      const tested = run.log.find(({ records }) => records !== undefined);
      const names = [...tapZengrc.streams.map(({ name }) => name), "standards"];
      expect(tested?.["records"]).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
      // One page of each, and a look at those that may be absent.
      expect(account.requests.length).toBe(12 + 3);
    });
  });

  it("names each stream that the key may not read, and what the account lacks", async () => {
    await withAccount({ denied: ["risks", "people"], absent: ["systems"] }, async ({ url }) => {
      const config = await fileOf({ base_url: url, ...credential });
      const run = await spawnTap({ args: ["--config", config, "--test"] });
      expect(run).toMatchObject({ code: 70, stdout: "" });
      const lines = said(run, "warn", "error").join("\n");
      expect(lines).toContain(`GET ${url}/api/v2/risks answered 403`);
      expect(lines).toContain(`GET ${url}/api/v2/people answered 403`);
      expect(lines).toContain("systems is left out: the account has no object of the name systems (404)");
      expect(lines).not.toContain("audits");
    });
  });

  it("refuses a wrong key at once", async () => {
    await withAccount({}, async ({ url }) => {
      const config = await fileOf({ base_url: url, username: "sandbox-key-id", password: "wrong-secret" });
      const run = await spawnTap({ args: ["--config", config, "--test"] });
      expect(run).toMatchObject({ code: 77, stdout: "" });
      expect(said(run, "error").length).toBe(1);
      expect(said(run, "error")[0]).toContain("answered 401");
      expect(run.stderr).not.toContain("wrong-secret");
    });
  });
});

describe("SIGTERM in the middle of a walk", () => {
  it("ends with 143 after whole lines, and the next run goes on with the stream that was read", async () => {
    await withAccount({ records: 60, pageRows: 4, latencyMs: 4 }, async (account) => {
      const select = ["audits", "controls", "risks"].flatMap((name) => ["--select", `${name}.*`]);
      const config = await fileOf({ base_url: account.url, ...credential });
      const args = ["--config", config, ...select];
      let isStopped = false;
      const stopped = await spawnTap({
        args,
        onOutput: (stdout, child) => {
          if (!isStopped && stdout.split('"stream":"controls"').length > 10)
            isStopped = child.kill("SIGTERM");
        },
      });
      expect(stopped.code).toBe(143);
      expect(stopped.stdout.endsWith("\n")).toBe(true);
      const state = messagesIn(stopped.stdout).findLast(({ type }) => type === "STATE");
      expect(state).toEqual({ type: "STATE", value: { currently_syncing: "controls" } });
      account.requests.length = 0;
      const resumed = await spawnTap({ args: [...args, "--state", await fileOf(state)] });
      expect(resumed.code).toBe(0);
      expect([...new Set(askedFor(account))]).toEqual(["controls", "risks", "audits"]);
      expect(keysOf(resumed.stdout).size).toBe(180);
    });
  });
});
