import { describe, expect, it } from "vitest";
import { runChild } from "./child-process.ts";
import { beginning, integer, record, schema, state, type TestSchema, testAccount, text } from "./loads.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const account = testAccount({
  world: {
    databases: [{ name: "RAW", schemas: ["PUBLIC"] }],
    warehouses: ["LOADING"],
    roles: { LOADER: { lacks: [] }, READER: { lacks: [] }, 'the "other"': { lacks: [] } },
  },
});
const overwriting = { load_method: "overwrite", default_target_schema_select_permissions: "reader" };
const changed = [
  schema("users", { id: integer, code: text }),
  record("users", { id: 1, code: "x" }),
  state(2),
];

/** A table of which others were granted something, and that cannot become in place what is loaded. */
async function grantedTable(): Promise<TestSchema> {
  const test = await account.schema(overwriting);
  await test.load([schema("users", { id: integer, code: integer }), state(1)]);
  await test.query('GRANT INSERT, DELETE ON TABLE RAW.$.USERS TO ROLE "the ""other"""');
  return test;
}

/** Loads in a process of its own; answers what it sent, and what it warned of. */
async function loadInChild({
  settings,
  name,
}: TestSchema): Promise<{ sent: readonly string[]; warnings: unknown }> {
  const before = account.sandbox.statements.length;
  const args = [JSON.stringify(settings), ...changed];
  const child = await runChild("./load-child.ts", { args, cwd: await temporaryFolder() });
  expect(child).toMatchObject({ code: 0, stderr: "" });
  const sent = account.sandbox.statements
    .slice(before)
    .map(({ sql }) => sql.replaceAll(`"RAW"."${name}"`, "@"));
  return { sent, warnings: JSON.parse(child.stdout) };
}

const granted = [
  'GRANT SELECT ON TABLE @."_CHORALE_NEW_USERS" TO ROLE "READER"',
  'GRANT INSERT ON TABLE @."_CHORALE_NEW_USERS" TO ROLE "the ""other"""',
  'GRANT DELETE ON TABLE @."_CHORALE_NEW_USERS" TO ROLE "the ""other"""',
];

describe("a table that takes the place of another", () => {
  it("has before that what roles were granted on the former one", async () => {
    const test = await grantedTable();
    const { sent, warnings } = await loadInChild(test);
    expect(warnings).toEqual([]);
    expect(beginning(sent, "COMMIT", "SHOW", "GRANT", "ALTER TABLE")).toEqual([
      'GRANT USAGE ON SCHEMA @ TO ROLE "READER"',
      'GRANT SELECT ON TABLE @."_CHORALE_NEW_USERS" TO ROLE "READER"',
      "COMMIT",
      'SHOW GRANTS ON TABLE @."USERS"',
      ...granted,
      'ALTER TABLE @."USERS" SWAP WITH @."_CHORALE_NEW_USERS"',
    ]);
    expect(await test.rows("USERS")).toEqual(['[1,"x"]']);
  });

  it("takes it also where a grant is refused, and a line says which", async () => {
    const test = await grantedTable();
    const problem = { code: "003001", sqlState: "42501", message: "Insufficient privileges" };
    account.sandbox.faults.add({
      match: { sql: /^GRANT INSERT/ },
      nth: 1,
      fault: { kind: "problem", problem },
    });
    const { sent, warnings } = await loadInChild(test);
    const inName = `"RAW"."${test.name}"`;
    expect(warnings).toMatchObject([
      {
        message: "could not grant on a new table what was granted on the one before",
        fields: { sql: granted[1]?.replace("@", inName) },
      },
    ]);
    expect(beginning(sent, "GRANT INSERT", "GRANT DELETE")).toEqual(granted.slice(1));
    expect(await test.rows("USERS")).toEqual(['[1,"x"]']);
  });
});
