import { describe, expect, it } from "vitest";
import { tokenQuery, user, withXactly } from "./gateway-client.ts";

const execute = "/connect/v1/xdbc/execute";
const command = { command: "SELECT ROLE_ID FROM xc_role", defaultSchema: "xactly" };

describe("a token", () => {
  it("is given to a user whose client is named in the query", async () => {
    await withXactly({ tokenLifetimeMs: 90_000, tellsExpiry: true }, async ({ ask }) => {
      const { status, body } = await ask("POST", `/oauth2/token?${tokenQuery}`, { body: user, token: "" });
      expect(status).toBe(200);
      expect(body).toEqual({ access_token: "sandbox-xactly-token-2", expires_in: 90 });
    });
  });

  it.each([
    ["a wrong password", tokenQuery, { ...user, password: "x" }, 401],
    ["a wrong user", tokenQuery, { ...user, username: "x" }, 401],
    ["a wrong client", tokenQuery.replace("client-id", "x"), user, 401],
    ["a wrong consumer", tokenQuery.replace("sandbox-consumer", "x"), user, 401],
    ["no api", tokenQuery.replace("&api=connect", ""), user, 401],
    ["a grant", tokenQuery, { ...user, grant_type: "password" }, 400],
    ["a parameter more", `${tokenQuery}&scope=all`, user, 400],
    ["no object", tokenQuery, [], 400],
  ])("is refused for %s", async (_, query, body, status) => {
    await withXactly({}, async ({ ask }) => {
      expect((await ask("POST", `/oauth2/token?${query}`, { body })).status).toBe(status);
    });
  });

  it("is needed by every other request, and good for its time only", async () => {
    let at = 0;
    await withXactly({ tokenLifetimeMs: 1000, clock: () => at }, async ({ ask, sandbox }) => {
      const statusOf = async (token: string) => (await ask("POST", execute, { body: command, token })).status;
      expect(await statusOf("")).toBe(401);
      expect(await statusOf("sandbox-xactly-token-2")).toBe(401);
      expect(await statusOf("sandbox-xactly-token-1")).toBe(201);
      at = 1000;
      expect(await statusOf("sandbox-xactly-token-1")).toBe(401);
      await ask("POST", `/oauth2/token?${tokenQuery}`, { body: user });
      expect(await statusOf("sandbox-xactly-token-2")).toBe(201);
      sandbox.revokeTokens();
      expect(await statusOf("sandbox-xactly-token-2")).toBe(401);
    });
  });
});

describe("a request that means nothing", () => {
  it.each([
    ["GET", execute, undefined, 405],
    ["POST", execute, { command: "SELECT ROLE_ID FROM xc_role" }, 400],
    ["POST", execute, { ...command, limit: 1 }, 400],
    ["POST", `${execute}?page=1`, command, 400],
    ["POST", execute, { ...command, defaultSchema: "delta" }, 400],
    ["GET", "/connect/v1/xdbc/results/none?start=0&size=10", undefined, 404],
    ["GET", "/connect/v1/steps", undefined, 404],
  ])("is refused: %s %s", async (method, path, body, status) => {
    await withXactly({}, async ({ ask }) => {
      expect((await ask(method, path, body === undefined ? {} : { body })).status).toBe(status);
    });
  });
});
