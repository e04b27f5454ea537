import { describe, expect, it } from "vitest";
import { endOf, start } from "./support/processes.ts";
import { contents, query, type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const times = Number(process.env["CHORALE_KILL_TIMES"] ?? 10);
const firstSeed = Number(process.env["CHORALE_KILL_SEED"] ?? Math.floor(Math.random() * 1e6));
const seeds = Array.from({ length: Math.ceil(times / 2) }, (_, index) => firstSeed + index);
const tables = [
  "tickets",
  "users",
  "organizations",
  "groups",
  "group_memberships",
  "tags",
  "macros",
  "ticket_fields",
  "ticket_audits",
  "ticket_comments",
];

/** Numbers between 0 and 1, the same for the same seed (a multiplicative congruential generator). */
function randomOf(seed: number): () => number {
  let value = (seed % 2147483646) + 1;
  return () => {
    value = (value * 48271) % 2147483647;
    return value / 2147483647;
  };
}

interface Attempt {
  files: TestFolder;
  tapArgs: readonly string[];
  /** Kill one of the two after so many bytes went from tap to target; never when undefined. */
  kill?: { victim: "tap" | "target"; afterBytes: number };
}

interface AttemptEnd {
  tapCode: number | null;
  targetCode: number | null;
  /** The last state that the target printed. */
  state: string | undefined;
  bytes: number;
  stderr: string;
}

/** Runs tap into target, through a pump that kills one of them at a given byte. */
async function attempt({ files, tapArgs, kill }: Attempt): Promise<AttemptEnd> {
  const tap = start("tap-zendesk", ["--config", files.path("tap.json"), ...tapArgs]);
  const target = start("target-duckdb", ["--config", files.path("target.json")]);
  const ends = Promise.all([endOf(target), endOf(tap)]);
  target.stdin.on("error", () => tap.kill("SIGKILL"));
  let bytes = 0;
  tap.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (kill !== undefined && bytes >= kill.afterBytes) {
      const keep = chunk.subarray(0, chunk.length - (bytes - kill.afterBytes));
      tap.stdout.removeAllListeners("data");
      target.stdin.write(keep, () => {
        (kill.victim === "tap" ? tap : target).kill("SIGKILL");
        target.stdin.end();
        tap.stdout.destroy();
      });
      return;
    }
    if (!target.stdin.write(chunk)) {
      tap.stdout.pause();
      target.stdin.once("drain", () => tap.stdout.resume());
    }
  });
  tap.stdout.on("end", () => target.stdin.end());
  const [targetEnd, tapEnd] = await ends;
  const state = targetEnd.stdout.split("\n").findLast((line) => line.startsWith("{") && line.endsWith("}"));
  return {
    tapCode: tapEnd.code,
    targetCode: targetEnd.code,
    state,
    bytes,
    stderr: tapEnd.stderr + targetEnd.stderr,
  };
}

async function printedState(files: TestFolder): Promise<string | undefined> {
  const child = start("target-duckdb", ["--config", files.path("target.json"), "--print-state"]);
  const { stdout, code, stderr } = await endOf(child);
  expect(code, stderr).toBe(0);
  return stdout.trim() === "" ? undefined : stdout.trim();
}

describe.each(seeds)("killed at moments of seed %i", (seed) => {
  it.each([
    { name: "upsert", target: {} },
    {
      name: "append-only with state_table",
      target: { load_method: "append-only", state_table: "_chorale_state", state_id: "kill" },
    },
  ])("$name ends with exactly the right rows", { timeout: 120_000 }, async ({ target }) => {
    const random = randomOf(seed);
    const sandbox = await zendesk({
      data: { kind: "generated", seed, tickets: 60, users: 1500, organizations: 40 },
    });
    const clean = testFolder();
    clean.json("tap.json", tapConfig(sandbox));
    clean.json("target.json", { path: clean.path("w.duckdb") });
    const reference = await attempt({ files: clean, tapArgs: [] });
    expect({ ...reference, state: undefined, bytes: 0 }, reference.stderr).toMatchObject({
      tapCode: 0,
      targetCode: 0,
    });

    const files = testFolder();
    files.json("tap.json", tapConfig(sandbox));
    // Small batches, so that a kill finds some committed, some staged and some still open.
    files.json("target.json", {
      path: files.path("w.duckdb"),
      batch_size_rows: 25 + Math.floor(random() * 200),
      ...target,
    });
    let state: string | undefined;
    let tries = 0;
    for (let done = false; !done; tries += 1) {
      const kill =
        tries < 2
          ? {
              victim: random() < 0.5 ? ("tap" as const) : ("target" as const),
              afterBytes: 1 + Math.floor(random() * reference.bytes),
            }
          : undefined;
      const stateArgs = state === undefined ? [] : ["--state", files.json("state.json", JSON.parse(state))];
      const end = await attempt({ files, tapArgs: stateArgs, ...(kill === undefined ? {} : { kill }) });
      done = end.tapCode === 0 && end.targetCode === 0;
      if (kill === undefined) expect(done, end.stderr).toBe(true);
      state = "state_table" in target ? await printedState(files) : (end.state ?? state);
    }
    for (const table of tables) {
      expect(await contents(files.path("w.duckdb"), table), table).toEqual(
        await contents(clean.path("w.duckdb"), table),
      );
    }
  });
});

describe("the tables of a clean run", () => {
  it("hold as many rows as the account has", async () => {
    const sandbox = await zendesk({
      data: { kind: "generated", seed: 3, tickets: 30, users: 50, organizations: 20 },
    });
    const files = testFolder();
    files.json("tap.json", tapConfig(sandbox));
    files.json("target.json", { path: files.path("w.duckdb") });
    await attempt({ files, tapArgs: [] });
    const counts = await query(
      files.path("w.duckdb"),
      "SELECT (SELECT count(*) FROM tickets) AS tickets, (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM organizations) AS organizations",
    );
    expect(counts).toEqual([{ tickets: "30", users: "50", organizations: "20" }]);
  });
});
