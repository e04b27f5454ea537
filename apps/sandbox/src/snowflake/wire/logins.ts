import type { EngineSession } from "../contract.ts";
import { authenticate, placeOf } from "./credentials.ts";
import { failure, success } from "./problem.ts";
import { type Fields, objectField, textField } from "./request-body.ts";
import { parameterList } from "./statement-results.ts";
import { type Endpoint, endSession } from "./wire-context.ts";

const toldAgain = /^(?:CLIENT_\w+|JS_TREAT_INTEGER_AS_BIGINT|GCS_USE_DOWNSCOPED_CREDENTIAL)$/u;

function isParameter(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function clientParameters(asked: Fields): Record<string, string | number | boolean> {
  const told: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(asked)) {
    if (toldAgain.test(name) && isParameter(value)) told[name] = value;
  }
  return told;
}

async function setQueryTag(engine: EngineSession, asked: Fields): Promise<void> {
  const tag = textField(asked, "QUERY_TAG");
  if (tag === undefined) return;
  const sql = `ALTER SESSION SET QUERY_TAG = '${tag.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  await engine.execute({
    sql,
    binds: [],
    queryId: crypto.randomUUID(),
    parameters: {},
    signal: new AbortController().signal,
  });
}

/** Opens a session for a user's credentials. */
export const login: Endpoint = async (context, request) => {
  const data = objectField(request.fields, "data");
  const user = authenticate(context.account, data);
  const place = placeOf(context.account, user, request.query);
  const id = context.sessions.newId();
  const engine = await context.engine.openSession({ ...place, session: id });
  const asked = objectField(data, "SESSION_PARAMETERS");
  await setQueryTag(engine, asked);
  const { session, sessionToken } = context.sessions.open({
    id,
    user: user.name,
    engine,
    clientParameters: clientParameters(asked),
  });
  const { database, schema, warehouse, role } = engine.place;
  const { sessionTokenSeconds, masterTokenSeconds } = context.sessions.validity;
  return success({
    token: sessionToken,
    masterToken: session.masterToken,
    validityInSeconds: sessionTokenSeconds,
    masterValidityInSeconds: masterTokenSeconds,
    displayUserName: user.name,
    serverVersion: "9.36.1",
    firstLogin: false,
    sessionId: session.id,
    parameters: parameterList(session),
    sessionInfo: { databaseName: database, schemaName: schema, warehouseName: warehouse, roleName: role },
    responseData: null,
  });
};

/** Gives a session another token for its master token. */
export const token: Endpoint = (context, { authorization, fields }) => {
  const session = context.sessions.authorize(authorization, "master");
  if (fields["requestType"] !== "RENEW") {
    return failure({ code: "390103", sqlState: "08001", message: "Only requestType RENEW is known." });
  }
  const renewed = context.sessions.renew(session, textField(fields, "oldSessionToken"));
  const { sessionTokenSeconds, masterTokenSeconds } = context.sessions.validity;
  return success({
    ...renewed,
    validityInSecondsST: sessionTokenSeconds,
    validityInSecondsMT: masterTokenSeconds,
    sessionId: session.id,
  });
};

/** Answers that the session is alive. */
export const heartbeat: Endpoint = (context, { authorization }) => {
  context.sessions.authorize(authorization);
  return success(null);
};

/** Ends a session. */
export const logout: Endpoint = async (context, { authorization, query }) => {
  const session = context.sessions.authorize(authorization);
  if (query.get("delete") === "true") await endSession(context, session, { by: "client" });
  return success(null);
};

/** Takes measurements and forgets them. */
export const telemetry: Endpoint = () => success(null);

/** Gives a program an access token. */
export const oauth: Endpoint = (context, { authorization, fields }) =>
  context.account.oauth.answer(fields, authorization);
