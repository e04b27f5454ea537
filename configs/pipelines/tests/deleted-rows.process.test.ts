import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startZuoraRevenue, type ZuoraRevenueOptions, type ZuoraRevenueSandbox } from "@chorale/sandbox";
import { describe, expect, it, onTestFinished } from "vitest";
import { endOf, start } from "./support/processes.ts";
import { lastState } from "./support/pump.ts";
import { query, type TestFolder, testFolder } from "./support/workspace.ts";

const bin = fileURLToPath(
  new URL("../../../packages/tap-zuora-revenue/bin/tap-zuora-revenue.js", import.meta.url),
);
const stream = "bi3_rc_pob";

/** A tenant with so many rows; one with fewer has lost the last of them. */
async function tenantOf(rows: number, options: ZuoraRevenueOptions = {}): Promise<ZuoraRevenueSandbox> {
  const tenant = await startZuoraRevenue({ seed: 7, rows, ...options });
  onTestFinished(() => tenant.close());
  return tenant;
}

interface RunOptions {
  readonly files: TestFolder;
  readonly hardDelete?: boolean;
  readonly state?: string | undefined;
  /** Kills the tap when a state names this page as the next one; the target gets nothing after it. */
  readonly killAtPage?: number;
}

function startTap({ url }: ZuoraRevenueSandbox, { files, state }: RunOptions) {
  const config = files.json("tap.json", {
    base_url: `${url}/api/integration`,
    username: "sandbox-user",
    password: "sandbox-password",
    page_size: 4,
    poll_interval_seconds: 0.01,
  });
  const goingOn = state === undefined ? [] : ["--state", files.json("state.json", JSON.parse(state))];
  const args = [bin, "--config", config, "--select", `${stream}.*`, ...goingOn];
  const tap = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => {
    tap.kill("SIGKILL");
  });
  return tap;
}

/** Runs the tap into the target, line by line. */
async function load(tenant: ZuoraRevenueSandbox, options: RunOptions) {
  const { files, hardDelete = true, killAtPage } = options;
  const config = files.json("target.json", {
    path: files.path("warehouse.duckdb"),
    default_target_schema: "zuora",
    hard_delete: hardDelete,
  });
  const target = start("target-duckdb", ["--config", config]);
  const tap = startTap(tenant, options);
  const ends = Promise.all([endOf(tap), endOf(target)]);
  let text = "";
  const decoder = new TextDecoder();
  tap.stdout.on("data", (piece: Buffer) => {
    if (tap.killed) return;
    text += decoder.decode(piece, { stream: true });
    const at = killAtPage === undefined ? -1 : text.indexOf(`"page":${killAtPage},`);
    const end = at === -1 ? -1 : text.indexOf("\n", at) + 1;
    if (end <= 0) return;
    tap.kill("SIGKILL");
    text = text.slice(0, end);
  });
  tap.once("close", () => target.stdin.end(text));
  const [tapEnd, targetEnd] = await ends;
  return { tapEnd, targetEnd, lines: text.trimEnd().split("\n"), state: lastState(targetEnd) };
}

async function rows(files: TestFolder): Promise<readonly Record<string, unknown>[]> {
  const columns = `"RC_POB_ID" AS id, _sdc_deleted_at IS NOT NULL AS deleted, _sdc_table_version AS version`;
  return query(files.path("warehouse.duckdb"), `SELECT ${columns} FROM zuora.${stream} ORDER BY 1`);
}

function idsTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `7${String(index).padStart(9, "0")}`);
}

describe("rows that the source deleted", () => {
  it.each([
    ["go", true],
    ["are marked", false],
  ])("%s with the next full run", async (_what, hardDelete) => {
    const files = testFolder();
    const first = await load(await tenantOf(9), { files, hardDelete });
    expect([first.tapEnd.code, first.targetEnd.code], first.targetEnd.stderr).toEqual([0, 0]);
    expect((await rows(files)).map(({ id }) => id)).toEqual(idsTo(9));
    const second = await load(await tenantOf(5), { files, hardDelete, state: first.state });
    expect([second.tapEnd.code, second.targetEnd.code], second.targetEnd.stderr).toEqual([0, 0]);
    const found = await rows(files);
    expect(found.filter(({ deleted }) => deleted === false).map(({ id }) => id)).toEqual(idsTo(5));
    expect(found.length).toBe(hardDelete ? 5 : 9);
  });

  it("go when all of them were deleted", async () => {
    const files = testFolder();
    await load(await tenantOf(9), { files });
    const second = await load(await tenantOf(0), { files });
    expect([second.tapEnd.code, second.targetEnd.code], second.targetEnd.stderr).toEqual([0, 0]);
    expect(await rows(files)).toEqual([]);
  });

  it("go at the end of a run that was killed and gone on with, and no row that came before the kill does", async () => {
    const files = testFolder();
    await load(await tenantOf(14), { files });
    const tenant = await tenantOf(10);
    const killed = await load(tenant, { files, killAtPage: 2 });
    expect(killed.targetEnd.code, killed.targetEnd.stderr).toBe(0);
    expect((await rows(files)).map(({ id }) => id)).toEqual(idsTo(14));
    tenant.requests.length = 0;
    const resumed = await load(tenant, { files, state: killed.state });
    expect([resumed.tapEnd.code, resumed.targetEnd.code], resumed.targetEnd.stderr).toEqual([0, 0]);
    // It went on, so that what the killed run loaded was not loaded again.
    expect(resumed.lines.filter((line) => line.startsWith('{"type":"RECORD"')).length).toBe(6);
    const found = await rows(files);
    expect(found.map(({ id }) => id)).toEqual(idsTo(10));
    expect(new Set(found.map(({ version }) => version)).size).toBe(1);
    expect(resumed.state).toBe('{"bookmarks":{}}');
  });

  it("stay while fewer rows come than Zuora counts", async () => {
    const files = testFolder();
    await load(await tenantOf(9), { files });
    const short = await load(await tenantOf(5, { countDrift: 1 }), { files });
    expect(short.tapEnd.code).toBe(75);
    expect(short.tapEnd.stderr).toContain("5 rows came, and Zuora counts 6");
    expect(short.lines.join("\n")).not.toContain("ACTIVATE_VERSION");
    expect((await rows(files)).map(({ id }) => id)).toEqual(idsTo(9));
  });
});
