import { type Asker, type TestAccount, withAccount } from "./account.ts";

/** Writes a file of lines. */
export const lines = (...documents: readonly string[]): string =>
  documents.map((document) => `${document}\n`).join("");

/** Runs a test with a stage, and tables to load into. */
export async function withStage(
  test: (
    asker: Asker,
    put: (files: Readonly<Record<string, Uint8Array | string>>) => Promise<void>,
    account: TestAccount,
  ) => Promise<void>,
  choices: Parameters<typeof withAccount>[1] = {},
): Promise<void> {
  await withAccount(async (account, asker) => {
    await asker.rows("create stage st encryption = (type = 'SNOWFLAKE_SSE')");
    await asker.rows("create table t (f varchar, r number(38,0), a variant, b variant)");
    await asker.rows("create table j (v variant)");
    await test(asker, (files) => account.stage(asker, "@st/a", files), account);
  }, choices);
}

/** Loads into T what a loader would: paths, the file and the row. */
export const transform =
  'copy into t (f, r, a, b) from (select metadata$filename, metadata$file_row_number, $1:record:"id", $1:record:"s" from @st/a/)';
export const json = "file_format = (type = json)";
/** What COPY answers about a file that it loaded. */
export const loaded = (file: string, rows: number): readonly (string | null)[] => [
  file,
  "LOADED",
  String(rows),
  String(rows),
  "1",
  "0",
  null,
  null,
  null,
  null,
];
