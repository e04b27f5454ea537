/** What may be done about a failed statement. */
export type FailureAction =
  /** The connection is gone, and with it temporary tables and the open transaction: connect again, do the unit again. */
  | "reconnect"
  /** The same work may go well a little later. */
  | "retry"
  /** A value does not fit. */
  | "data"
  /** Something is missing, or may not be used: a setting or a grant. */
  | "config"
  /** The credentials are refused. */
  | "auth"
  /** Nobody but the author of the statement can help. */
  | "fault";

/** What is known of a failed statement. */
export interface SnowflakeFailureOptions {
  readonly cause?: unknown;
  readonly code?: string | undefined;
  readonly sqlState?: string | undefined;
  readonly queryId?: string | undefined;
  readonly action: FailureAction;
}

/** What a statement failed with. */
export class SnowflakeFailure extends Error {
  override readonly name = "SnowflakeFailure";
  /** Of six digits: the server's, as `002003`, or the driver's own, as `407002`. */
  readonly code: string | undefined;
  readonly sqlState: string | undefined;
  readonly queryId: string | undefined;
  readonly action: FailureAction;

  constructor(message: string, options: SnowflakeFailureOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.sqlState = options.sqlState;
    this.queryId = options.queryId;
    this.action = options.action;
  }
}

/** By code; see {@link actionOf} for those that are not here. */
const codesByAction: Readonly<Record<FailureAction, readonly string[]>> = {
  reconnect: [
    // Tokens that are no longer good, and sessions that are gone.
    ...["390104", "390110", "390111", "390112", "390114", "390115"],
    // The driver's own: never connected, disconnected, no network, no proper answer, a result that cannot be fetched.
    ...["407001", "407002", "401001", "401002", "401003", "401004", "402001", "402002"],
  ],
  retry: [
    // Canceled, timed out, locked, no longer running, an internal error.
    ...["000604", "000630", "000625", "000605", "000603"],
    // Made by somebody else meanwhile, or twice.
    ...["002002", "002028", "001428"],
    // A staged file that is not there (yet).
    ...["100016", "100035", "253006", "091003"],
  ],
  data: [
    ...["100038", "100040", "100046", "100051", "100069", "100071", "100072", "100078", "100080", "100082"],
    ...["100132", "100145", "100183"],
  ],
  config: [
    "000606",
    "090073",
    "002003",
    "002043",
    "003001",
    "003041",
    "001003",
    // A parameter of the session that may not have this value.
    "001006",
    "090105",
    "390189",
    "390201",
  ],
  auth: [
    ...["390100", "390101", "390102", "390103", "390144", "390186", "390195", "390302", "390303", "390318"],
    ...["390422", "390432", "394400"],
  ],
  fault: ["100090"],
};

const actionsByCode: ReadonlyMap<string, FailureAction> = new Map(
  Object.entries(codesByAction).flatMap(([action, codes]) =>
    isAction(action) ? codes.map((code) => [code, action] as const) : [],
  ),
);

/** By the class of the SQL state, for codes that nobody wrote down. */
const actionsBySqlClass: Readonly<Record<string, FailureAction>> = {
  "08": "reconnect",
  "22": "data",
  "28": "auth",
  "40": "retry",
  "53": "retry",
  "57": "retry",
};

function isAction(text: string): text is FailureAction {
  return Object.hasOwn(codesByAction, text);
}

/**
 * Makes a failure of what the driver reported. Nothing of the statement, of its values or of the server's answer but
 * its message becomes part of it.
 */
export function failureOf(error: unknown, known: { readonly queryId?: string } = {}): SnowflakeFailure {
  if (error instanceof SnowflakeFailure) return error;
  const code = codeOf(error);
  const sqlState = textOf(error, "sqlState");
  return new SnowflakeFailure(messageOf(error), {
    cause: error,
    code,
    sqlState,
    queryId: known.queryId ?? queryIdOf(error),
    action: actionOf(code, sqlState),
  });
}

/** Whether a statement failed because what it names is not there, or may not be seen. */
export function isMissing(error: unknown): boolean {
  return error instanceof SnowflakeFailure && (error.code === "002003" || error.code === "002043");
}

/** Answers what a caught error says, on one line, and without the secrets that addresses carry. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const status = statusOf(error);
  return `${message}${status === undefined ? "" : ` (HTTP ${status})`}`
    .replaceAll(/(https?:\/\/[^\s?"']+)\?[^\s"']*/g, "$1")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/(?<=.)[.!:]+(?= \(HTTP|$)/, "");
}

/** Answers the status of the HTTP answer that an error is about; undefined when it is about none. */
export function statusOf(error: unknown): number | undefined {
  const response = partOf(error, "response");
  const status = partOf(response, "statusCode") ?? partOf(response, "status");
  return typeof status === "number" ? status : undefined;
}

function actionOf(code: string | undefined, sqlState: string | undefined): FailureAction {
  const byCode = code === undefined ? undefined : actionsByCode.get(code);
  if (byCode !== undefined) return byCode;
  if (code === undefined) return "reconnect";
  const sqlClass = sqlState?.slice(0, 2) ?? "";
  return (Object.hasOwn(actionsBySqlClass, sqlClass) ? actionsBySqlClass[sqlClass] : undefined) ?? "fault";
}

/** The driver's codes are numbers, the server's texts of six digits. */
function codeOf(error: unknown): string | undefined {
  const code = partOf(error, "code");
  if (typeof code === "number") return String(code).padStart(6, "0");
  return typeof code === "string" && /^\d+$/.test(code) ? code.padStart(6, "0") : undefined;
}

function queryIdOf(error: unknown): string | undefined {
  return textOf(partOf(error, "data"), "queryId");
}

function textOf(value: unknown, key: string): string | undefined {
  const found = partOf(value, key);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function partOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
