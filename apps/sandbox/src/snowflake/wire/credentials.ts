import type { EngineLogin } from "../contract.ts";
import { isKeyPairToken } from "./key-pair-token.ts";
import type { OauthTokens } from "./oauth.ts";
import { loginProblems, WireProblem } from "./problem.ts";
import { type Fields, textField } from "./request-body.ts";
import { type SnowflakeUser, storedName } from "./users.ts";

/** Who may log in. */
export interface Account {
  readonly name: string;
  readonly users: readonly SnowflakeUser[];
  /** The names of all roles. */
  readonly roles: readonly string[];
  readonly oauth: OauthTokens;
  readonly clock: () => number;
}

type Check = (user: SnowflakeUser, data: Fields) => boolean;

function byOauthToken(account: Account, user: SnowflakeUser, token: string): boolean {
  if (user.oauthTokens?.includes(token) === true) return true;
  const check = account.oauth.check(token);
  if (check === "expired") throw new WireProblem(loginProblems.expiredOauthToken);
  return check !== "unknown" && check.user === user.name;
}

function byKeyPair(account: Account, user: SnowflakeUser, token: string): boolean {
  const { name, publicKeys = [] } = user;
  return isKeyPairToken(token, { account: account.name, user: name, publicKeys, nowMs: account.clock() });
}

function checkOf(
  account: Account,
  authenticator: string,
): { isValid: Check; problem: keyof typeof loginProblems } {
  const tokenOf = (data: Fields): string => textField(data, "TOKEN") ?? "";
  switch (authenticator) {
    case "SNOWFLAKE":
      return {
        isValid: ({ password }, data) => password !== undefined && textField(data, "PASSWORD") === password,
        problem: "badPassword",
      };
    case "SNOWFLAKE_JWT":
      return { isValid: (user, data) => byKeyPair(account, user, tokenOf(data)), problem: "badJwt" };
    case "PROGRAMMATIC_ACCESS_TOKEN":
      return {
        isValid: (user, data) => user.programmaticAccessTokens?.includes(tokenOf(data)) === true,
        problem: "badProgrammaticToken",
      };
    case "OAUTH":
      return {
        isValid: (user, data) => byOauthToken(account, user, tokenOf(data)),
        problem: "badOauthToken",
      };
    default:
      return { isValid: () => false, problem: "badPassword" };
  }
}

/** A token's own user, where a login by OAuth names none. */
function userByToken(account: Account, data: Fields): string | undefined {
  const token = textField(data, "TOKEN") ?? "";
  const check = account.oauth.check(token);
  if (typeof check === "object") return check.user;
  return account.users.find(({ oauthTokens }) => oauthTokens?.includes(token) === true)?.name;
}

/** Finds the user that a login's data proves to be. Throws a {@link WireProblem} of the vendor's code for its kind. */
export function authenticate(account: Account, data: Fields): SnowflakeUser {
  const authenticator = (textField(data, "AUTHENTICATOR") ?? "SNOWFLAKE").toUpperCase();
  const { isValid, problem } = checkOf(account, authenticator);
  const given = textField(data, "LOGIN_NAME") ?? "";
  const name = given === "" && authenticator === "OAUTH" ? userByToken(account, data) : given.toUpperCase();
  const user = account.users.find((candidate) => candidate.name.toUpperCase() === name);
  const [accountName] = (textField(data, "ACCOUNT_NAME") ?? "").split(".");
  const isHere = accountName?.toUpperCase() === account.name.toUpperCase();
  if (user === undefined || !isHere || !isValid(user, data)) throw new WireProblem(loginProblems[problem]);
  if (user.isDisabled === true) throw new WireProblem(loginProblems.disabledUser);
  return user;
}

function roleOf(account: Account, user: SnowflakeUser, wanted: string | null): string | undefined {
  const granted = user.roles ?? account.roles;
  if (wanted === null) return user.defaults?.role ?? (granted.length === 1 ? granted[0] : undefined);
  const role = storedName(wanted);
  if (granted.includes(role) && account.roles.includes(role)) return role;
  throw new WireProblem({
    code: "390189",
    sqlState: "08001",
    message: `Role '${wanted}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
  });
}

/** What a login asks to work in, completed by the user's defaults. Throws 390189 for a role that the user does not have. */
export function placeOf(account: Account, user: SnowflakeUser, query: URLSearchParams): EngineLogin {
  const { defaults = {} } = user;
  const named = (parameter: string, fallback: string | undefined): string | undefined => {
    const given = query.get(parameter);
    return given === null ? fallback : storedName(given);
  };
  const place = {
    role: roleOf(account, user, query.get("roleName")),
    warehouse: named("warehouse", defaults.warehouse),
    database: named("databaseName", defaults.database),
    schema: named("schemaName", defaults.schema),
  };
  const given = Object.fromEntries(Object.entries(place).filter(([, name]) => name !== undefined));
  return { user: user.name, ...given };
}
