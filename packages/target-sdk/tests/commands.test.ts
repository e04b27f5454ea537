import { PassThrough } from "node:stream";
import { alias, ConfigError, LoadError, object, secret, string } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { runTargetCli } from "../src/cli/index.ts";
import {
  type CheckReport,
  defineTarget,
  type TargetCommands,
  type TargetSettings,
  targetSettings,
  type Warehouse,
  type WarehouseSession,
} from "../src/index.ts";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, record, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();
type Config = TargetSettings & { readonly account: string; readonly password: string };
const config = object({
  ...targetSettings,
  account: alias(string(), "host"),
  password: alias(secret(string()), "pass"),
});

/** A warehouse that says what it would do, in a dry run. */
class TalkingWarehouse implements Warehouse<TargetSettings> {
  readonly memory = new MemoryWarehouse();

  async connect(
    settings: TargetSettings,
    context: Parameters<MemoryWarehouse["connect"]>[1],
  ): Promise<WarehouseSession> {
    const session = await this.memory.connect(settings, context);
    const { dryRun } = context;
    if (dryRun === undefined) return session;
    return {
      spool: session.spool,
      prepare: (spec) => {
        dryRun.statement(`CREATE TABLE ${spec.stream}`);
        return session.prepare(spec);
      },
      stage: (batch) => session.stage(batch),
      commit: async ({ steps }) => {
        dryRun.statement(` MERGE ${steps.length};\n`);
        return { rows: new Map() };
      },
      discard: (staged) => session.discard(staged),
      readState: (id) => session.readState(id),
      close: () => session.close(),
    };
  }
}

interface Run {
  readonly argv: readonly string[];
  readonly settings?: object;
  readonly commands?: TargetCommands<Config>;
  readonly input?: readonly Uint8Array[];
  readonly env?: Readonly<Record<string, string>>;
}

function targetOf(commands: TargetCommands<Config> | undefined, warehouse: Warehouse<TargetSettings>) {
  return defineTarget<Config>({
    name: "target-x",
    package: new URL("../package.json", import.meta.url),
    description: "Loads",
    config,
    warehouse,
    ...(commands === undefined ? {} : { commands }),
  });
}

async function run({
  argv,
  settings = { account: "a", password: "s3cr3t-word" },
  commands,
  input = [],
  env = {},
}: Run) {
  const warehouse = new TalkingWarehouse();
  const stdout = new PassThrough();
  const errors: string[] = [];
  const code = await runTargetCli(targetOf(commands, warehouse), {
    argv,
    env,
    stdout,
    writeError: (text) => errors.push(text),
    readFile: async (path) => {
      if (path === "config.json") return JSON.stringify({ temp_dir: folder.path, ...settings });
      throw Object.assign(new Error("no"), { code: "ENOENT" });
    },
    onSignal: () => () => undefined,
    stdin: (async function* () {
      yield* input;
    })(),
  });
  const written: unknown = stdout.read();
  return {
    code,
    stdout: Buffer.isBuffer(written) ? written.toString() : "",
    stderr: errors.join(""),
    warehouse,
  };
}

const all: TargetCommands<Config> = {
  check: async () => ({ items: [] }),
  initialize: async () => "SCRIPT",
  dryRun: true,
};
const withConfig = (...more: string[]) => ["--config", "config.json", ...more];

describe("--check", () => {
  const grant = { kind: "privilege", remedy: "GRANT USAGE\n  ON WAREHOUSE w TO ROLE r;" } as const;
  const wrong = { kind: "setting", remedy: "set warehouse" } as const;
  it.each<[string, CheckReport["items"], number, string]>([
    ["nothing to check", [], 0, ""],
    ["everything is there", [{ name: "login" }, { name: "USAGE on w" }], 0, "ok: login\nok: USAGE on w\n"],
    [
      "a privilege is missing",
      [{ name: "login" }, { name: "USAGE on w", missing: grant }],
      77,
      "ok: login\nmissing: USAGE on w: GRANT USAGE ON WAREHOUSE w TO ROLE r;\n",
    ],
    [
      "a setting is wrong",
      [{ name: "warehouse", missing: wrong }],
      78,
      "missing: warehouse: set warehouse\n",
    ],
    [
      "both",
      [
        { name: "warehouse", missing: wrong },
        { name: "USAGE", missing: grant },
      ],
      77,
      "missing: warehouse: set warehouse\nmissing: USAGE: GRANT USAGE ON WAREHOUSE w TO ROLE r;\n",
    ],
  ])("prints a line an item and exits by what is missing: %s", async (_name, items, expected, text) => {
    const { code, stdout, stderr } = await run({
      argv: withConfig("--check"),
      commands: { check: async () => ({ items }) },
    });
    expect({ code, stdout }).toEqual({ code: expected, stdout: text });
    const missing = items.filter((item) => item.missing !== undefined).length;
    if (expected === 0) expect(stderr).toBe("");
    else
      expect(stderr).toContain(
        `check: ${missing} of ${items.length} items are missing. Do what their lines say, and check again.`,
      );
  });

  it("gets settings that were checked, by their own names, and hides secrets", async () => {
    let seen: unknown;
    const check = async (found: Config) => {
      seen = [found.account, found.batch_size_rows];
      throw new LoadError(`no login with ${found.password}`);
    };
    const settings = { host: "a", pass: "s3cr3t-word" };
    const { code, stderr } = await run({ argv: withConfig("--check"), settings, commands: { check } });
    expect(seen).toEqual(["a", 500_000]);
    expect(code).toBe(70);
    expect(stderr).toContain("no login with [redacted]");
    expect(stderr).not.toContain("s3cr3t-word");
  });

  it("needs a complete configuration", async () => {
    const { code, stdout, stderr } = await run({ argv: withConfig("--check"), settings: {}, commands: all });
    expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
    expect(stderr).toContain('\\"account\\" is missing');
  });
});

describe("--initialize", () => {
  it("prints a script, also without any settings", async () => {
    const initialize = async ({ account, default_target_schema: name = "CHORALE" }: Partial<Config>) =>
      `USE ${account ?? "<account>"};\nCREATE SCHEMA ${name};`;
    expect(await run({ argv: ["--initialize"], commands: { initialize } })).toMatchObject({
      code: 0,
      stdout: "USE <account>;\nCREATE SCHEMA CHORALE;\n",
    });
    const argv = ["--config", "ENV", "--initialize"];
    const env = { TARGET_X_HOST: "h", TARGET_X_DEFAULT_TARGET_SCHEMA: "s" };
    expect(await run({ argv, env, commands: { initialize } })).toMatchObject({
      code: 0,
      stdout: "USE h;\nCREATE SCHEMA s;\n",
    });
  });

  it("refuses settings that are wrong", async () => {
    const { code, stderr } = await run({
      argv: withConfig("--initialize"),
      settings: { account: 7 },
      commands: all,
    });
    expect(code).toBe(78);
    expect(stderr).toContain('\\"account\\" must be a text');
  });
});

describe("--dry-run", () => {
  const input = [bytes(schema("a"), record("a", { id: 1 }), state(1))];
  it("prints statements, commits nothing and prints no state", async () => {
    const { code, stdout, warehouse } = await run({ argv: withConfig("--dry-run"), commands: all, input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "CREATE TABLE a;\nMERGE 1;\n" });
    expect(warehouse.memory.commits).toEqual([]);
  });

  it("loads without it", async () => {
    const { code, stdout, warehouse } = await run({ argv: withConfig(), commands: all, input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1\n" });
    expect(warehouse.memory.records("a")).toEqual([{ id: 1 }]);
  });

  it("answers no state to a program either", async () => {
    const warehouse = new TalkingWarehouse();
    const statements: string[] = [];
    const states: string[] = [];
    const summary = await targetOf(all, warehouse).run(input, {
      config: { account: "a", password: "b", temp_dir: folder.path },
      dryRun: (sql) => statements.push(sql),
      onState: (text) => {
        states.push(text);
      },
    });
    expect({ statements, states, state: summary.state }).toEqual({
      statements: ["CREATE TABLE a", " MERGE 1;\n"],
      states: [],
      state: undefined,
    });
  });

  it.each([
    ["a statement", 1],
    ["many", 10_000],
  ])("ends when nobody takes what it prints: %s", async (_name, count) => {
    const stdout = new PassThrough();
    stdout.destroy();
    const errors: string[] = [];
    let taken = 0;
    const code = await runTargetCli(targetOf(all, new TalkingWarehouse()), {
      argv: ["--config", "ENV", "--dry-run"],
      env: { TARGET_X_ACCOUNT: "a", TARGET_X_PASSWORD: "b", TARGET_X_TEMP_DIR: folder.path },
      stdout,
      writeError: (text) => errors.push(text),
      readFile: async () => {
        throw Object.assign(new Error("no"), { code: "ENOENT" });
      },
      onSignal: () => () => undefined,
      stdin: (async function* () {
        for (; taken < count; taken += 1) yield bytes(schema(`s${taken}`));
      })(),
    });
    expect(code).toBe(74);
    expect(errors.join("")).toContain("stdout cannot be written");
    if (count > 1) expect(taken).toBeLessThan(count);
  });
});

describe("commands", () => {
  it.each<[string, TargetCommands<Config> | undefined, readonly string[]]>([
    ["none", undefined, []],
    ["a check", { check: async () => ({ items: [] }) }, ["check"]],
    ["a script", { initialize: async () => "" }, ["initialize"]],
    ["all", all, ["check", "initialize", "dry-run"]],
  ])("are told of where they are offered: %s", async (_name, commands, names) => {
    const help = await run({ argv: ["--help"], ...(commands === undefined ? {} : { commands }) });
    const about = await run({
      argv: ["--about", "--format", "json"],
      ...(commands === undefined ? {} : { commands }),
    });
    const text = await run({ argv: ["--about"], ...(commands === undefined ? {} : { commands }) });
    const markdown = await run({
      argv: ["--about", "--format", "markdown"],
      ...(commands === undefined ? {} : { commands }),
    });
    for (const name of ["check", "initialize", "dry-run"]) {
      const isOffered = names.includes(name);
      expect(help.stdout.includes(`--${name}`)).toBe(isOffered);
      expect(text.stdout.includes(`  --${name}: `)).toBe(isOffered);
      expect(markdown.stdout.includes(`| \`--${name}\` |`)).toBe(isOffered);
    }
    expect(JSON.parse(about.stdout).commands).toEqual(names.length === 0 ? undefined : names);
    expect(help.stdout).toContain("--print-state");
  });

  it.each(["--check", "--initialize", "--dry-run"])(
    "are refused where they are not offered: %s",
    async (option) => {
      const { code, stderr } = await run({ argv: withConfig(option) });
      expect(code).toBe(64);
      expect(stderr).toContain(`target-x: unknown option '${option}'. See target-x --help.`);
    },
  );

  it.each([
    ["--check", "--initialize"],
    ["--check", "--dry-run"],
    ["--initialize", "--print-state"],
    ["--dry-run", "--print-state"],
  ])("are not given two at a time: %s %s", async (one, other) => {
    const { code, stdout, stderr } = await run({ argv: withConfig(one, other), commands: all });
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain("cannot be used with option");
  });

  it("are refused to a program, too", async () => {
    const target = targetOf(undefined, new MemoryWarehouse());
    const settings = { account: "a", password: "b" };
    const error = (name: string) =>
      new ConfigError(`target-x: --${name} is not offered. See target-x --help for what is.`);
    await expect(target.check(settings)).rejects.toThrow(error("check"));
    await expect(target.initialize({})).rejects.toThrow(error("initialize"));
    await expect(target.run([], { config: settings, dryRun: () => undefined })).rejects.toThrow(
      error("dry-run"),
    );
    expect(target.commands).toEqual([]);
  });

  it("answer a program", async () => {
    const target = targetOf(all, new MemoryWarehouse());
    expect(await target.check({ account: "a", password: "b" })).toEqual({ items: [] });
    expect(await target.initialize({})).toBe("SCRIPT");
    await expect(target.check({})).rejects.toThrow('target-x: "account" is missing');
    await expect(target.initialize({ account: 1 })).rejects.toThrow('target-x: "account" must be a text');
  });
});
