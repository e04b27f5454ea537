import { generateKeyPairSync } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { type SnowflakeSandbox, startSnowflake } from "@chorale/sandbox";
import { checkConfig, checkPartialConfig } from "@chorale/singer";
import { runTargetCli, type TargetCliIo } from "@chorale/target-sdk/cli";
import { quoteName } from "@chorale/target-sdk/sql";
import { describe, expect, it, onTestFinished } from "vitest";
import { config as schema } from "../src/config.ts";
import { snowflakeDialect } from "../src/dialect.ts";
import { targetSnowflake } from "../src/index.ts";
import { loginWay } from "../src/login-way.ts";
import { locateTable } from "../src/names.ts";
import { logLines } from "./log-lines.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const written = readme.replace(/<!-- about:begin -->[\s\S]*<!-- about:end -->/, "");

/** The code blocks of a language. */
function blocks(language: string): readonly string[] {
  const all = written.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"));
  return [...all].map(([, code = ""]) => code);
}

/** The rows of the table with this head, as cells. */
function rowsOf(head: string): readonly (readonly string[])[] {
  const [, rows = ""] = written.split(`${head}\n`);
  const [, ...lines] = (/^(\|.*\n)+/.exec(rows)?.[0] ?? "").trimEnd().split("\n");
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
}

function codesIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** The arguments of the target's commands, in their order. */
function commandArguments(): readonly (readonly string[])[] {
  const lines = blocks("sh").flatMap((block) => block.split("\n"));
  const commands = lines.flatMap((line) => line.split(" | "));
  return commands
    .filter((command) => command.startsWith("target-snowflake "))
    .map((command) =>
      command
        .replace(/ >>? \S+$/, "")
        .split(" ")
        .slice(1),
    );
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(argv: readonly string[], io: Partial<TargetCliIo> = {}): Promise<Ended> {
  const stdout = new PassThrough();
  let stderr = "";
  const writeError = (line: string): void => {
    stderr += line;
  };
  const code = await runTargetCli(targetSnowflake, { argv, env: {}, stdout, writeError, ...io });
  stdout.end();
  return { code, stdout: await text(stdout), stderr };
}

describe("README.md", () => {
  const inline = codesIn(written).filter((code) => code.startsWith('{"'));
  it.each([...blocks("json"), ...inline])("has settings that are taken as they are: %s", async (json) => {
    const log = logLines();
    const settings: unknown = JSON.parse(json);
    await checkPartialConfig(schema, settings, { name: "config", log });
    expect(log.lines.filter(({ level }) => level === "warn")).toEqual([]);
  });

  it("has settings for a project file that are complete", async () => {
    const [block = ""] = blocks("yaml");
    const [, flow = ""] = /config: \{ (.*) \}/.exec(block) ?? [];
    const settings = Object.fromEntries(flow.split(", ").map((pair) => pair.split(": ")));
    const checked = await checkConfig(schema, settings, { name: "config" });
    expect(Object.keys(checked)).toEqual(expect.arrayContaining(Object.keys(settings)));
    expect(loginWay(checked).kind).toBe("key");
  });

  it("has ways to log in that are told apart", async () => {
    const kinds: string[] = [];
    for (const [, cell = ""] of rowsOf("| way | settings, beside `account` and `database` |")) {
      const settings: unknown = JSON.parse(codesIn(cell)[0] ?? "");
      const config = await checkConfig(
        schema,
        Object.assign({ account: "acme-prod", database: "RAW" }, settings),
        { name: "config" },
      );
      const way = loginWay(config);
      kinds.push("authenticator" in way ? `${way.kind} ${way.authenticator}` : way.kind);
    }
    expect(kinds).toEqual([
      "key",
      "key",
      "token PROGRAMMATIC_ACCESS_TOKEN",
      "token OAUTH",
      "oauth-client",
      "oauth-client",
      "browser OAUTH_AUTHORIZATION_CODE",
      "browser EXTERNALBROWSER",
      "password https://acme.okta.com",
      "workload",
      "password USERNAME_PASSWORD_MFA",
      "password SNOWFLAKE",
    ]);
  });

  it("names tables as they are named", () => {
    const dialect = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });
    const place = { database: "RAW", default_target_schema: "SHOP" };
    const compats = [{}, { compat: "meltanolabs" }, { compat: "pipelinewise" }] as const;
    const shown = rowsOf("| stream | here | `meltanolabs` | `pipelinewise` |").map((cells) =>
      cells.flatMap(codesIn),
    );
    const made = shown.map(([stream = ""]) => [
      stream,
      ...compats.map((compat) => locateTable(stream, { config: { ...place, ...compat }, dialect }).table),
    ]);
    expect(shown).toEqual(made);
    expect(shown).toHaveLength(4);
  });

  it("quotes failures that there are", async () => {
    const folders = ["../src/", "../../target-sdk/src/"].map((path) => new URL(path, import.meta.url));
    const sources: string[] = [];
    for (const folder of folders) {
      for (const file of await readdir(folder)) {
        if (file.endsWith(".ts")) sources.push(await readFile(new URL(file, folder), "utf8"));
      }
    }
    const quoted = rowsOf("| the line says | what to do |").flatMap(([cell = ""]) => codesIn(cell));
    expect(quoted.length).toBeGreaterThan(10);
    expect(quoted.filter((line) => !sources.some((source) => source.includes(line)))).toEqual([]);
  });
});

const tickets = {
  type: "SCHEMA",
  stream: "tickets",
  schema: { type: "object", properties: { id: { type: "integer" }, subject: { type: ["null", "string"] } } },
  key_properties: ["id"],
};

function messages(rows: readonly object[], state: object): AsyncIterable<Uint8Array> {
  const records = rows.map((record) => ({ type: "RECORD", stream: "tickets", record }));
  const lines = [tickets, ...records, { type: "STATE", value: state }];
  return new Blob(lines.map((line) => `${JSON.stringify(line)}\n`)).stream();
}

/** The settings of the README, and the account that they speak of, before anybody has set it up. */
async function newAccount(): Promise<{ snowflake: SnowflakeSandbox; io: Partial<TargetCliIo> }> {
  const passphrase = "open sesame";
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase },
  });
  const folder = await temporaryFolder();
  const key = join(folder, "snowflake_key.p8");
  await writeFile(key, privateKey);
  const snowflake = await startSnowflake({
    account: "acme-prod",
    world: { databases: [], warehouses: ["LOADING"], roles: { LOADER: { lacks: [] } } },
    users: [{ name: "CHORALE", publicKeys: [publicKey], defaults: { role: "LOADER", warehouse: "LOADING" } }],
  });
  onTestFinished(() => snowflake.close());
  const files = new Map([["snowflake.json", (blocks("json")[0] ?? "").replace("snowflake_key.p8", key)]]);
  return {
    snowflake,
    io: {
      env: {
        TARGET_SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: passphrase,
        TARGET_SNOWFLAKE_ACCESS_URL: snowflake.url,
        TARGET_SNOWFLAKE_TEMP_DIR: folder,
      },
      readFile: async (path) =>
        files.get(path) ?? Promise.reject(Object.assign(new Error(path), { code: "ENOENT" })),
    },
  };
}

/** What an administrator runs; the stand-in has role, user and warehouse from its beginning. */
async function setUp(snowflake: SnowflakeSandbox, script: string): Promise<void> {
  const statements = script
    .replaceAll(/^--.*$/gm, "")
    .split(";\n")
    .map((sql) => sql.trim());
  for (const [kind, name] of [
    ["ROLE", "LOADER"],
    ["USER", "CHORALE"],
    ["WAREHOUSE", "LOADING"],
  ] as const) {
    const made = `CREATE ${kind} IF NOT EXISTS ${quoteName(name)}`;
    expect(statements.filter((sql) => sql.startsWith(made))).toHaveLength(1);
  }
  const others = statements.filter((sql) => /^(CREATE (DATABASE|SCHEMA|STAGE)|GRANT)/.test(sql));
  for (const sql of [...others, ...others]) await snowflake.query(sql);
}

describe("the way from nothing to a loaded table", () => {
  it("leads there, command by command", async () => {
    const { snowflake, io } = await newAccount();
    const [initialize = [], check = [], first = [], second = [], ...others] = commandArguments();
    expect(others).toEqual([]);

    const script = await run(initialize, io);
    expect(script).toMatchObject({ code: 0, stderr: "" });
    const keys = (blocks("sh")[0] ?? "").split("\n").filter((line) => line.startsWith("openssl"));
    expect(keys).toHaveLength(2);
    for (const line of keys) expect(script.stdout).toContain(`--   ${line}\n`);
    expect(script.stdout).toContain(`-- ALTER USER "CHORALE" SET RSA_PUBLIC_KEY = '';`);

    const before = await run(check, io);
    expect(before.code).toBe(77);
    expect(before.stdout).toMatch(
      /^missing: use the database RAW: GRANT USAGE ON DATABASE "RAW" TO ROLE "LOADER";$/m,
    );
    await setUp(snowflake, script.stdout);
    const after = await run(check, io);
    expect(after).toMatchObject({ code: 0, stdout: expect.stringMatching(/^(ok: .+\n){8,}$/) });

    const rows = [
      { id: 1, subject: "a" },
      { id: 2, subject: null },
    ];
    const loaded = await run(first, { ...io, stdin: messages(rows, { page: 1 }) });
    expect(loaded).toMatchObject({ code: 0, stdout: '{"page":1}\n' });
    const again = await run(second, { ...io, stdin: messages([{ id: 2, subject: "b" }], { page: 2 }) });
    expect(again).toMatchObject({ code: 0, stdout: '{"page":2}\n' });
    expect(await snowflake.query("SELECT ID, SUBJECT FROM RAW.ZENDESK.TICKETS ORDER BY ID")).toEqual([
      { ID: 1n, SUBJECT: "a" },
      { ID: 2n, SUBJECT: "b" },
    ]);
    expect(await snowflake.stagedFiles()).toEqual([]);
  });

  it("has commits of the statements that are shown", async () => {
    const { snowflake, io } = await newAccount();
    const [initialize = [], , load = []] = commandArguments();
    await setUp(snowflake, (await run(initialize, io)).stdout);
    const from = snowflake.statements.length;
    const input = messages([{ id: 1 }], {});
    const env = { ...io.env, TARGET_SNOWFLAKE_VALIDATE_RECORDS: "false" };
    expect(await run(load, { ...io, env, stdin: input })).toMatchObject({ code: 0 });
    const shown = (blocks("sql")[0] ?? "")
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ *--.*/, ""));
    const sent = snowflake.statements.slice(from).map(({ sql }) => sql);
    const commit = sent.slice(sent.findIndex((sql) => sql.startsWith("CREATE TEMPORARY TABLE")));
    expect(commit.map((sql) => shown.find((verb) => sql.startsWith(verb)))).toEqual(shown);
  });
});
