import { ConfigError, ConnectorError, object } from "@chorale/singer";
import { type AnyRecord, type AnyStream, Checkpoint, type StreamContext } from "@chorale/tap-sdk";
import { adaptive } from "../client.ts";
import { separately } from "../methods/separately.ts";
import { type AdaptiveConfig, isModern } from "../settings.ts";
import { chosenVersions, type Version } from "./chosen-versions.ts";
import { type dataColumns, dimensionColumns } from "./data-columns.ts";
import { Ledger } from "./ledger.ts";
import { versionRecords } from "./version-records.ts";

type DataContext = StreamContext<AdaptiveConfig, AnyRecord>;

/** The numbers of versions, a record for each cell. Each version is exported once; the state remembers which were. */
export function dataStream({ columns, keys }: ReturnType<typeof dataColumns>): AnyStream<AdaptiveConfig> {
  return adaptive.customStream({
    name: "data",
    schema: object(columns),
    keyProperties: [...keys],
    keepsPosition: true,
    records: readData,
  });
}

async function* readData(context: DataContext): AsyncGenerator<AnyRecord | Checkpoint, void, void> {
  const { config, log, signal, position } = context;
  refuseAllAccounts(config);
  const ledger = new Ledger(position);
  const chosen = await chosenVersions(context, "data");
  const items = chosen.filter((version) => isDue(version, config) || !ledger.has(version, log));
  log.info(`data: ${items.length} of ${chosen.length} versions are to be exported`, { stream: "data" });
  yield* separately({
    stream: "data",
    items,
    nameOf: ({ name }) => `version ${JSON.stringify(name)}`,
    read: (version) => exported(version, { context, ledger }),
    log,
    signal,
  });
}

function refuseAllAccounts({ account_codes, assumption_codes, all_accounts }: AdaptiveConfig): void {
  if (all_accounts || account_codes.length > 0 || assumption_codes.length > 0) return;
  throw new ConfigError(
    'config: "account_codes" names no account, and "data" does not export all of them unasked. Name some, set "all_accounts", or deselect "data".',
  );
}

function isDue({ name }: Version, { reprocess_versions: again }: AdaptiveConfig): boolean {
  return again.includes("*") || again.includes(name);
}

/** The records of a version, and then the checkpoint that says that it was exported. */
async function* exported(
  { id, name }: Version,
  { context, ledger }: { context: DataContext; ledger: Ledger },
): AsyncGenerator<AnyRecord | Checkpoint, void, void> {
  const { config, startedAt } = context;
  if (id === undefined) {
    throw new ConnectorError(
      `data: there is no version ${JSON.stringify(name)}. Check "versions", and that the user may see it.`,
    );
  }
  const dimensions = dimensionColumns(config.dimensions);
  const blank = isModern(config)
    ? Object.fromEntries(dimensions.map(({ codeColumn }) => [codeColumn, ""]))
    : {};
  const constants = {
    version_id: id,
    version: name,
    ...(isModern(config) ? { level_code: "" } : {}),
    ...blank,
  };
  let rows = 0;
  for await (const record of versionRecords(context, { version: name, dimensions, constants })) {
    rows += 1;
    yield record;
  }
  ledger.add(id, { name, processed_at: startedAt.toISOString(), rows });
  yield new Checkpoint(ledger.position());
}
