/** The settings that tests on a real account log in with. */
export interface AccountSettings {
  readonly account: string;
  readonly user: string;
  readonly database: string;
  readonly warehouse: string;
  readonly role: string;
  readonly password?: string;
  readonly private_key_path?: string;
  /** Where the account is reached, if not at its own address. */
  readonly access_url?: string;
}

/**
 * Reads the real account that tests may use; undefined where none is named. Throws where one is named and something that
 * it needs is not: such tests would seem to have run.
 */
export function accountIn(env: Readonly<Record<string, string | undefined>>): AccountSettings | undefined {
  const account = env["SNOWFLAKE_ACCOUNT"] ?? "";
  if (account === "") return undefined;
  const missing: string[] = [];
  const needed = (name: string): string => {
    const value = env[name] ?? "";
    if (value === "") missing.push(name);
    return value;
  };
  const settings = {
    account,
    user: needed("SNOWFLAKE_USER"),
    database: needed("SNOWFLAKE_DATABASE"),
    warehouse: needed("SNOWFLAKE_WAREHOUSE"),
    role: needed("SNOWFLAKE_ROLE"),
  };
  const password = env["SNOWFLAKE_PASSWORD"] ?? "";
  const path = env["SNOWFLAKE_PRIVATE_KEY_PATH"] ?? "";
  if (password === "" && path === "") missing.push("SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_PATH");
  if (missing.length > 0) throw new Error(`SNOWFLAKE_ACCOUNT is set, and ${missing.join(", ")} is not.`);
  const url = env["SNOWFLAKE_ACCESS_URL"] ?? "";
  return {
    ...settings,
    ...(path === "" ? { password } : { private_key_path: path }),
    ...(url === "" ? {} : { access_url: url }),
  };
}
