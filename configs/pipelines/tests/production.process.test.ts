import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startAdaptive, startXactly, startZengrc } from "@chorale/sandbox";
import { expect, it, onTestFinished } from "vitest";
import { endOf, type ProcessEnd, start } from "./support/processes.ts";
import { snowflake, snowflakeWarehouse, type Warehouse } from "./support/warehouses.ts";
import { type TestFolder, testFolder, zendesk } from "./support/workspace.ts";

const fixture = fileURLToPath(new URL("../../../apps/runner/tests/fixtures/production", import.meta.url));
const programs = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));

/** A tap of somebody else's, as a script: it knows one stream, and reads it whole. */
const gitlabTap = `#!/bin/sh
case "$*" in
*--discover*) echo '{"streams":[{"tap_stream_id":"issues","stream":"issues","schema":{"type":"object","properties":{"id":{"type":"integer"},"description":{"type":"string"}}},"metadata":[{"breadcrumb":[],"metadata":{"inclusion":"available"}},{"breadcrumb":["properties","id"],"metadata":{"inclusion":"available"}},{"breadcrumb":["properties","description"],"metadata":{"inclusion":"available"}}]}]}' ;;
*) echo '{"type":"SCHEMA","stream":"issues","schema":{"type":"object","properties":{"id":{"type":"integer"}}},"key_properties":["id"]}'
   echo '{"type":"RECORD","stream":"issues","record":{"id":1}}'
   echo '{"type":"STATE","value":{"bookmarks":{"issues":{"id":1}}}}' ;;
esac
`;

/** Lines of the file, and the addresses and executables that go behind them or in their place. */
type Changes = readonly (readonly [line: string, setting: string, value: string])[];

function copyProject(files: TestFolder, changes: Changes): void {
  cpSync(fixture, files.path("."), { recursive: true });
  cpSync(files.path("production.env"), files.path(".env"));
  for (const name of ["meltano.yml", "loaders/snowflake.meltano.yml"]) {
    let lines = readFileSync(files.path(name), "utf8").split("\n");
    for (const [line, setting, value] of changes) {
      lines = lines.flatMap((each) => {
        if (each.trim() !== line) return [each];
        const indent = each.slice(0, each.indexOf(line));
        return [...(line.startsWith(`${setting}:`) ? [] : [each]), `${indent}${setting}: ${value}`];
      });
    }
    writeFileSync(files.path(name), lines.join("\n"));
  }
  writeFileSync(files.path("tap-gitlab"), gitlabTap, { mode: 0o700 });
}

interface Production {
  readonly warehouse: Warehouse;
  readonly support: Awaited<ReturnType<typeof zendesk>>;
  readonly community: Awaited<ReturnType<typeof zendesk>>;
  readonly zengrc: Awaited<ReturnType<typeof startZengrc>>;
  chorale(...words: readonly string[]): Promise<ProcessEnd>;
}

async function production(): Promise<Production> {
  const files = testFolder();
  const generated = { kind: "generated", tickets: 20, users: 30, organizations: 10 } as const;
  const [support, community, zengrc, xactly, adaptive, sandbox] = await Promise.all([
    zendesk({ data: { ...generated, seed: 1 } }),
    zendesk({ data: { ...generated, seed: 2 } }),
    startZengrc(),
    startXactly(),
    startAdaptive(),
    snowflake(),
  ]);
  onTestFinished(async () => {
    await Promise.all([zengrc, xactly, adaptive].map((standIn) => standIn.close()));
  });
  copyProject(files, [
    ["subdomain: $TAP_ZENDESK_SUBDOMAIN", "base_url", support.url],
    ["subdomain: $TAP_ZENDESK_COMMUNITY_RELATIONS_SUBDOMAIN", "base_url", community.url],
    ["base_url: https://gitlab.api.zengrc.com", "base_url", zengrc.url],
    ["user: $XACTLY_USER", "api_url", `${xactly.url}/api`],
    ["username: $ADAPTIVE_USERNAME", "base_url", `${adaptive.url}/api/`],
    ["account: $SNOWFLAKE_ACCOUNT", "access_url", sandbox.url],
    ["variant: meltanolabs", "executable", "./tap-gitlab"],
  ]);
  // The secrets of the stand-ins; the process's environment wins over the file's.
  const env = {
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
    SNOWFLAKE_ACCOUNT: sandbox.account,
    SNOWFLAKE_LOAD_PASSWORD: "password",
    ...{ TAP_ZENDESK_EMAIL: "admin@example.com", TAP_ZENDESK_API_TOKEN: "sandbox-token" },
    TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL: "admin@example.com",
    TAP_ZENDESK_COMMUNITY_RELATIONS_API_TOKEN: "sandbox-token",
    ...{ ZENGRC_USERNAME: "sandbox-key-id", ZENGRC_PASSWORD: "sandbox-key-secret" },
    ...{ XACTLY_USER: "sandbox-user", XACTLY_PASSWORD: "sandbox-password" },
    ...{ XACTLY_CLIENT_ID: "sandbox-client-id", XACTLY_CONSUMER: "sandbox-consumer" },
    ...{ ADAPTIVE_USERNAME: "svc.finance@example.test", ADAPTIVE_PASSWORD: 'sandbox & <pass> "word"' },
  };
  return {
    ...{ support, community, zengrc },
    warehouse: snowflakeWarehouse(sandbox),
    chorale: (...words) => endOf(start("chorale", words, { env, cwd: files.path(".") })),
  };
}

it("runs the team's file as it is, but for addresses and executables", { timeout: 240_000 }, async () => {
  const { warehouse, support, community, zengrc, chorale } = await production();
  for (const job of ["zendesk", "zendesk-community-relations", "zengrc", "xactly", "adaptive"]) {
    const { code, stderr } = await chorale("run", job);
    expect(code, `${job}: ${stderr}`).toBe(0);
  }
  const ended = await chorale("schedule", "run", "gitlab-to-snowflake");
  expect(ended.code, ended.stderr).toBe(0);
  for (const [table, column, rows] of [
    ["tap_zendesk.tickets", "status", support.store.tickets.all()],
    ["tap_zendesk.users", "name", support.store.users.all()],
    ["tap_zendesk_community_relations.tickets", "status", community.store.tickets.all()],
    ["tap_zengrc.risks", "title", [...zengrc.store.table("risks").rows()]],
  ] as const) {
    const loaded = (await warehouse.rows(table)).map((row) => [row["id"], row[column]]);
    const wanted = rows.map((row) => [String(row["id"]), row[column]]);
    expect(loaded.toSorted(), table).toEqual(wanted.toSorted());
  }
  expect(await warehouse.rows("tap_xactly.xc_participant")).toHaveLength(20);
  const users = await warehouse.rows("tap_zendesk.users");
  expect(Object.keys(users[0] ?? {})).toContain("email");
  // What nobody may see is in no column.
  expect(Object.keys(users[0] ?? {}).filter((name) => /phone|notes|photo|signature/.test(name))).toEqual([]);
  expect(await warehouse.rows("tap_gitlab.issues")).toMatchObject([{ id: "1" }]);
});
