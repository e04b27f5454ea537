import type { EngineLogin, SessionPlace, StageFiles } from "../../contract.ts";
import type { Account } from "../catalogue/account.ts";
import type { Table, TemporaryObjects } from "../catalogue/model.ts";
import { Namespace } from "../catalogue/namespace.ts";
import { problems } from "../problems.ts";
import type { Duck } from "../storage/duck.ts";
import { noTransaction } from "../storage/table-sql.ts";
import type { Writer } from "../storage/writer.ts";
import { type ParameterValue, sessionParameters } from "./parameters.ts";
import type { TableLocks } from "./table-locks.ts";
import { type EndContext, Transaction } from "./transactions.ts";
import { Turns } from "./turns.ts";

/** What all sessions of an engine share. */
export interface EngineParts {
  readonly account: Account;
  readonly files: StageFiles;
  readonly writer: Writer;
  readonly locks: TableLocks;
  readonly historyRollsBack: boolean;
  readonly sessions: Set<SessionState>;
  newTransactionId(): string;
}

/** What a session's statements work on. */
export class SessionState {
  readonly id: string;
  readonly user: string;
  readonly parts: EngineParts;
  readonly duck: Duck;
  /** Statements run one after another. */
  readonly turns = new Turns();
  readonly temporary: TemporaryObjects = { tables: new Map(), stages: new Map() };
  readonly names: Namespace;
  readonly parameters = new Map<string, ParameterValue>(
    Object.entries(sessionParameters).map(([name, rule]) => [name, rule.default]),
  );
  /** Parameters that ALTER SESSION set, and no UNSET took back. */
  readonly changedParameters = new Set<string>();
  place: SessionPlace;
  /** Statements that were given and have not ended. */
  #running = 0;
  #idleSince = performance.now();
  transaction: Transaction | null = null;
  /** The transaction that another session ended, until a statement was told. */
  abortedTransaction: string | null = null;

  constructor(options: { id: string; login: EngineLogin; parts: EngineParts; duck: Duck }) {
    const { login, parts } = options;
    this.id = options.id;
    this.user = login.user;
    this.parts = parts;
    this.duck = options.duck;
    this.place = firstPlace(login, parts.account);
    this.names = new Namespace({
      account: parts.account,
      place: () => this.place,
      temporary: this.temporary,
    });
  }

  get account(): Account {
    return this.parts.account;
  }

  /** The role that owns what this session makes. */
  get owner(): string {
    return this.place.role ?? "PUBLIC";
  }

  /** The transaction that reads and changes belong to. */
  get transactionId(): string {
    return this.transaction?.id ?? noTransaction;
  }

  /** Whether there is a current warehouse, and the role may use it. */
  get hasUsableWarehouse(): boolean {
    const { warehouse, role } = this.place;
    if (warehouse === null) return false;
    return this.account.allows(role, { privilege: "USAGE", kind: "WAREHOUSE", name: [warehouse] });
  }

  /** Answers for how long it has had no statement; 0 while it has one. */
  idleMs(): number {
    return this.#running > 0 ? 0 : performance.now() - this.#idleSince;
  }

  /** Runs a statement, during which the session is not idle. */
  async whileBusy<Result>(statement: () => Promise<Result>): Promise<Result> {
    this.#running += 1;
    try {
      return await statement();
    } finally {
      this.#running -= 1;
      this.#idleSince = performance.now();
    }
  }

  /** Refuses what the role lacks the privilege for. */
  check(privilege: string, kind: string, name: readonly string[]): void {
    this.account.check(this.place.role, { privilege, kind, name });
  }

  begin(name = ""): Transaction {
    this.transaction ??= new Transaction({ id: this.parts.newTransactionId(), name });
    return this.transaction;
  }

  async commit(): Promise<void> {
    const transaction = this.transaction;
    this.transaction = null;
    await transaction?.commit(this.#endContext());
  }

  async rollBack(): Promise<void> {
    const transaction = this.transaction;
    this.transaction = null;
    await transaction?.rollBack(this.#endContext());
  }

  /** Ends the transaction on another session's behalf: the next statement is told. */
  async abort(): Promise<void> {
    this.abortedTransaction = this.transaction?.id ?? null;
    await this.rollBack();
  }

  /** Refuses a statement once after its transaction was ended by another session. */
  tellOfAbort(): void {
    const id = this.abortedTransaction;
    this.abortedTransaction = null;
    if (id !== null) throw problems.transactionAborted(id);
  }

  /** Notes a change of a table in the open transaction. */
  touch(table: Table): void {
    this.transaction?.touch(table);
  }

  #endContext(): EndContext {
    const { writer, locks, historyRollsBack } = this.parts;
    const hasTable = (id: string) =>
      this.account.hasTable(id) || [...this.temporary.tables.values()].some((table) => table.id === id);
    return { duck: this.duck, writer, locks, historyRollsBack, hasTable };
  }
}

/** Takes from a login what exists: Snowflake lets a session in without the rest. */
function firstPlace(login: EngineLogin, account: Account): SessionPlace {
  const database = login.database === undefined ? undefined : account.databases.get(login.database);
  const hasSchema = login.schema !== undefined && database?.schemas.has(login.schema) === true;
  const hasWarehouse = login.warehouse !== undefined && account.warehouses.has(login.warehouse);
  const schema = hasSchema ? login.schema : database?.schemas.has("PUBLIC") === true ? "PUBLIC" : null;
  return {
    database: database?.name ?? null,
    schema: schema ?? null,
    warehouse: hasWarehouse ? (login.warehouse ?? null) : null,
    role: login.role ?? [...account.roles.keys()][0] ?? null,
  };
}
