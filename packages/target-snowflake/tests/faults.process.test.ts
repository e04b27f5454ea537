import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  allRows,
  expectNoSecrets,
  linesAfter,
  refusal,
  settingsOf,
  sites,
  startStandIn,
  storedRows,
} from "./fault-runs.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const bin = fileURLToPath(new URL("../bin/target-snowflake.js", import.meta.url));
const timeout = 60_000;

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Starts the command with all its input; it is to end by itself. */
async function start() {
  const snowflake = await startStandIn();
  onTestFinished(() => snowflake.close());
  const folder = await temporaryFolder();
  const config = join(folder, "config.json");
  const settings = {
    ...settingsOf(snowflake, "with a ledger"),
    parallelism: 1,
    temp_dir: folder,
  };
  await writeFile(config, JSON.stringify(settings));
  const child = spawn(process.execPath, ["--conditions=@chorale/source", bin, "--config", config], {
    env: { ...process.env, LOGLEVEL: "debug" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => killed(child));
  child.stdin.on("error", () => undefined);
  child.stdin.end(
    linesAfter(undefined)
      .map((line) => `${line}\n`)
      .join(""),
  );
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]).then(
    ([stdout, stderr]) => {
      expectNoSecrets(`${stdout}${stderr}`);
      return { code: child.exitCode, states: stdout.split("\n").slice(0, -1), stderr };
    },
  );
  return { snowflake, child, ended };
}

describe("the command ends by itself", () => {
  it("when all is loaded", { timeout }, async () => {
    const { snowflake, ended } = await start();
    const { code, states, stderr } = await ended;
    expect({ code, last: states.at(-1) }).toEqual({ code: 0, last: '{"n":3}' });
    expect(stderr).toContain('"sql":"COMMIT"');
    expect(await storedRows(snowflake)).toEqual(allRows);
    expect(snowflake.sessions.filter(({ isOpen }) => isOpen)).toEqual([]);
  });

  it("when a commit fails", { timeout }, async () => {
    const { snowflake, ended } = await start();
    const denied = refusal("003001", "42501", "Insufficient privileges");
    snowflake.faults.add({ match: sites.COMMIT, nth: [2, 3, 4, 5, 6, 7], fault: denied });
    const { code, states, stderr } = await ended;
    expect({ code, states }).toEqual({ code: 78, states: ['{"n":1}'] });
    expect(stderr).toMatch(
      /cannot commit: Insufficient privileges \(003001, query \S+\)\. Grant role LOADER the privilege/,
    );
    expect(await snowflake.stagedFiles()).toEqual([]);
  });

  it("when it is stopped while a commit runs, which it finishes", { timeout }, async () => {
    const { snowflake, child, ended } = await start();
    snowflake.faults.add({ match: sites.COPY, nth: 1, fault: { kind: "slow", ms: 1000 } });
    const copies = (): number => snowflake.statements.filter(({ sql }) => sites.COPY.sql.test(sql)).length;
    await expect.poll(copies, { timeout, interval: 20 }).toBe(1);
    child.kill("SIGTERM");
    const { code, states } = await ended;
    expect({ code, states }).toEqual({ code: 143, states: ['{"n":1}'] });
    expect((await storedRows(snowflake)).users).toHaveLength(2);
    expect((await storedRows(snowflake)).orders).toEqual([]);
    expect(await snowflake.stagedFiles()).toEqual([]);
  });
});
