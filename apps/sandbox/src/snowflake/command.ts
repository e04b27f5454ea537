import { readFile } from "node:fs/promises";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, UsageError, wholeNumber } from "../command-arguments.ts";
import { type SnowflakeOptions, startSnowflake } from "./sandbox.ts";
import { isStoreKind, type StoreKind } from "./store/stage-uploads.ts";
import { snowflakeFaultPlan } from "./wire/snowflake-faults.ts";
import { type SnowflakeUser, storedName } from "./wire/users.ts";

const usage = `snowflake:
  --port N                  the port (0: a free one)
  --seed N                  what ids and probabilities are drawn from (1)
  --account NAME            the account (sandbox)
  --user NAME               the user (LOADER)
  --password P              the user's password (password, unless another credential is given)
  --public-key FILE         the user's public key, in PEM
  --token T                 the user's programmatic access token
  --database N --schema N --warehouse N --role N
                            what there is, and what the user works in (RAW, PUBLIC, LOADING, LOADER)
  --store KIND              where stages are: azure, gcs, gcs-presigned or local (azure)
  --faults FILE             a fault plan, as JSON
  --session-seconds N       how long a session token is valid (3600)
  --stage-seconds N         how long an upload's credential is valid (3600)
  --long-after-ms N         when an answer says that the statement still runs (45000)
  --statement-delay-ms N    how long each statement computes (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  account: { type: "string", default: "sandbox" },
  user: { type: "string", default: "LOADER" },
  password: { type: "string" },
  "public-key": { type: "string" },
  token: { type: "string" },
  database: { type: "string", default: "RAW" },
  schema: { type: "string", default: "PUBLIC" },
  warehouse: { type: "string", default: "LOADING" },
  role: { type: "string", default: "LOADER" },
  store: { type: "string", default: "azure" },
  faults: { type: "string" },
  "session-seconds": { type: "string", default: "3600" },
  "stage-seconds": { type: "string", default: "3600" },
  "long-after-ms": { type: "string", default: "45000" },
  "statement-delay-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: argumentOptions, strict: true }).values;
}

type Values = ReturnType<typeof readArguments>;

function storeOf({ store }: Values): StoreKind {
  if (isStoreKind(store)) return store;
  throw new UsageError(`--store: ${store} is none of azure, gcs, gcs-presigned and local.`);
}

interface Names {
  readonly database: string;
  readonly schema: string;
  readonly warehouse: string;
  readonly role: string;
}

function namesOf({ database, schema, warehouse, role }: Values): Names {
  const [databaseName, schemaName] = [storedName(database), storedName(schema)];
  return {
    database: databaseName,
    schema: schemaName,
    warehouse: storedName(warehouse),
    role: storedName(role),
  };
}

async function userOf(values: Values, defaults: Names): Promise<SnowflakeUser> {
  const { user, password, token, "public-key": keyFile } = values;
  const hasOther = token !== undefined || keyFile !== undefined;
  const usual = hasOther ? {} : { password: "password" };
  return {
    name: storedName(user),
    ...(password === undefined ? usual : { password }),
    ...(keyFile === undefined ? {} : { publicKeys: [await readFile(keyFile, "utf8")] }),
    ...(token === undefined ? {} : { programmaticAccessTokens: [token] }),
    defaults,
  };
}

async function optionsOf(values: Values): Promise<SnowflakeOptions> {
  const names = namesOf(values);
  const { faults } = values;
  return {
    port: wholeNumber("port", values.port),
    seed: wholeNumber("seed", values.seed),
    account: values.account,
    world: {
      databases: [{ name: names.database, schemas: [names.schema] }],
      warehouses: [names.warehouse],
      roles: { [names.role]: { lacks: [] } },
    },
    users: [await userOf(values, names)],
    store: storeOf(values),
    validity: {
      sessionTokenSeconds: wholeNumber("session-seconds", values["session-seconds"]),
      stageCredentialSeconds: wholeNumber("stage-seconds", values["stage-seconds"]),
    },
    longAfterMs: wholeNumber("long-after-ms", values["long-after-ms"]),
    statementDelayMs: wholeNumber("statement-delay-ms", values["statement-delay-ms"]),
    ...(faults === undefined ? {} : { faults: await readFaultPlan(faults, snowflakeFaultPlan) }),
  };
}

/** `chorale-sandbox snowflake`: prints the address as `url`, the `account` and the `user`. */
export const snowflakeCommand: StandInCommand = {
  usage,
  async start(args) {
    const options = await optionsOf(readArguments(args));
    const { url, account, close } = await startSnowflake(options);
    const [user] = options.users ?? [];
    return { announcement: { url, account, user: user?.name ?? "" }, close };
  },
};
