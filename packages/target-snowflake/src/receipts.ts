import type { CommitUnit } from "@chorale/target-sdk";
import {
  claimLedgerRow,
  claimState,
  createLedger,
  createStateTable,
  type Dialect,
  pruneLedger,
  quoteName,
  type ReceiptTable,
  type Statement,
  type TableName,
} from "@chorale/target-sdk/sql";
import type { SnowflakeConfig } from "./config.ts";
import { makeInSchema } from "./make-in-schema.ts";
import { defaultSchemaOf, namedTable } from "./names.ts";

/** What receipts are kept with. */
export interface ReceiptsOptions {
  readonly config: SnowflakeConfig;
  readonly dialect: Dialect;
  /** Runs a statement outside any transaction. */
  readonly change: (statement: Statement) => Promise<unknown>;
}

/** A lost answer to COMMIT is asked for within minutes. */
const keptMs = 7 * 24 * 60 * 60 * 1000;

/** The tables that say which commits were made: of states, or a ledger beside the tables that are loaded. */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #made = new Map<string, Promise<void>>();

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** The table of states. Throws `ConfigError` when the setting is no name. */
  get states(): ReceiptTable {
    const { config, dialect } = this.#options;
    return { dialect, table: namedTable(config.state_table ?? "", { config, setting: "state_table" }) };
  }

  /**
   * Answers the table that a unit's receipt belongs in, once it is there. `place` is a table that the unit loads: the
   * ledger is made beside it where no schema is configured.
   */
  async tableFor({ state }: CommitUnit, place: TableName | undefined): Promise<ReceiptTable> {
    const receipts = state === undefined ? this.#ledgerBeside(place) : this.states;
    const key = JSON.stringify(receipts.table);
    const making = this.#made.get(key) ?? this.#make(receipts, { isLedger: state === undefined });
    this.#made.set(key, making);
    try {
      await making;
    } catch (error) {
      this.#made.delete(key);
      throw error;
    }
    return receipts;
  }

  #ledgerBeside(place: TableName | undefined): ReceiptTable {
    const { config, dialect } = this.#options;
    const schema = defaultSchemaOf(config) ?? (place === undefined ? undefined : quoteName(place.schema));
    const settings = { ...config, ...(schema === undefined ? {} : { default_target_schema: schema }) };
    return {
      dialect,
      table: namedTable(config.ledger_table, { config: settings, setting: "ledger_table" }),
    };
  }

  /** Writes the receipt of a unit, in the unit's transaction; it changes no row when the unit was committed before. */
  claimOf({ id, state }: CommitUnit, receipts: ReceiptTable): Statement {
    return state === undefined ? claimLedgerRow(receipts, id) : claimState(receipts, { state, commitId: id });
  }

  async #make(receipts: ReceiptTable, { isLedger }: { isLedger: boolean }): Promise<void> {
    const { change } = this.#options;
    const create = isLedger ? createLedger(receipts) : createStateTable(receipts);
    await makeInSchema(create, { place: receipts.table, run: change });
    if (isLedger) await change(pruneLedger(receipts, new Date(Date.now() - keptMs)));
  }
}
