import { describe, expect, it } from "vitest";
import { looksSecret } from "../../src/settings/secret-names.ts";

describe("the name of a secret", () => {
  it.each([
    ...["password", "DB_PASSWORD", "PGPASSWORD", "passwd", "DB_PASS", "pass", "auth.pass", "MYSQL_PWD"],
    ...["client_secret", "api_token", "API_KEY", "apikey", "private-key", "aws_secret_access_key"],
    ...["credentials", "key_passphrase"],
  ])("is %s", (name) => {
    expect(looksSecret(name)).toBe(true);
  });

  it.each([
    ...["PWD", "OLDPWD", "passthrough", "bypass", "first_pass_limit", "token_url", "aws_access_key_id"],
    ...["private_key_path", "token_type", "key", "user"],
  ])("is not %s", (name) => {
    expect(looksSecret(name)).toBe(false);
  });
});
