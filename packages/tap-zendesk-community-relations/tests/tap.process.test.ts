import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startZendesk } from "@chorale/sandbox";
import { parseMessage } from "@chorale/singer";
import { beforeAll, expect, it } from "vitest";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
const bin = fileURLToPath(new URL("../bin/tap-zendesk-community-relations.js", import.meta.url));
const run = promisify(execFile);

beforeAll(async () => {
  await run(process.execPath, [compiler, "--build"], { cwd: packageFolder });
}, 120_000);

it("reads settings of its own prefix from the environment, and none of tap-zendesk's", async () => {
  const account = await startZendesk({ data: { kind: "generated", seed: 1 } });
  try {
    const settings = {
      BASE_URL: account.url,
      ACCESS_TOKEN: "sandbox-access-token",
      START_DATE: "2025-01-01",
    };
    const named = (prefix: string): Record<string, string> =>
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${prefix}${name}`, value]));
    const args = [bin, "--config", "ENV", "--select", "tags.*"];
    const { stdout } = await run(process.execPath, args, { env: named("TAP_ZENDESK_COMMUNITY_RELATIONS_") });
    const messages = stdout
      .trimEnd()
      .split("\n")
      .map((line) => parseMessage(line));
    expect(messages.filter(({ type }) => type === "RECORD").length).toBe(account.shown("tags").length);
    await expect(run(process.execPath, args, { env: named("TAP_ZENDESK_") })).rejects.toMatchObject({
      code: 78,
      stdout: "",
      stderr: expect.stringContaining("TAP_ZENDESK_COMMUNITY_RELATIONS_START_DATE"),
    });
  } finally {
    await account.close();
  }
});

it("names itself, its command and its schema", async () => {
  const { stdout: version } = await run(process.execPath, [bin, "--version"]);
  expect(version).toMatch(/^tap-zendesk-community-relations v\d+\.\d+\.\d+, Chorale tap SDK/);
  const { stdout: about } = await run(process.execPath, [bin, "--about", "--format", "json"]);
  expect(JSON.parse(about)).toMatchObject({ namespace: "tap_zendesk_community_relations" });
});
