import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLogin } from "../src/authentication.ts";
import { type OauthGrant, OauthTokens } from "../src/oauth-token.ts";
import { snowflakeConfig } from "./snowflake-settings.ts";

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly form: Readonly<Record<string, string>>;
}

interface Endpoint {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

type Answer =
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | "never";

/** A token endpoint that gives these answers in turn, the last one again and again. */
async function tokenEndpoint(
  ...answers: readonly (Answer | ((asked: Asked) => Answer))[]
): Promise<Endpoint> {
  const asked: Asked[] = [];
  const answerOf = async (request: IncomingMessage): Promise<Answer> => {
    const own = {
      headers: request.headers,
      form: Object.fromEntries(new URLSearchParams(await text(request))),
    };
    asked.push(own);
    const next = answers[Math.min(asked.length, answers.length) - 1] ?? {};
    return typeof next === "function" ? next(own) : next;
  };
  const server = createServer((request, response) => {
    void answerOf(request).then((answer) => {
      if (answer === "never") return;
      const { status = 200, body = {}, headers = {} } = answer;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  onTestFinished(close);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/oauth/token-request`, asked, close };
}

const client = { clientId: "the-client", clientSecret: "the secret", timeoutMs: 5000 };
const basic = `Basic ${Buffer.from("the-client:the secret").toString("base64")}`;

function tokensAt({ url }: { url: string }, grant: Partial<OauthGrant> = {}): OauthTokens {
  return new OauthTokens({ ...client, url, ...grant });
}

const { signal } = new AbortController();

describe("an access token", () => {
  it("is asked for with the client's own credentials", async () => {
    const endpoint = await tokenEndpoint({ body: { access_token: "t1", expires_in: 600 } });
    expect(await tokensAt(endpoint, { scope: "session:role:LOADER" }).token(signal)).toBe("t1");
    expect(endpoint.asked).toHaveLength(1);
    expect(endpoint.asked[0]?.form).toEqual({
      grant_type: "client_credentials",
      scope: "session:role:LOADER",
    });
    expect(endpoint.asked[0]?.headers).toMatchObject({
      authorization: basic,
      "content-type": "application/x-www-form-urlencoded",
    });
  });

  it("is asked for with a refresh token", async () => {
    const endpoint = await tokenEndpoint({ body: { access_token: "t1", expires_in: 600 } });
    expect(await tokensAt(endpoint, { refreshToken: "r1" }).token(signal)).toBe("t1");
    expect(endpoint.asked[0]?.form).toEqual({ grant_type: "refresh_token", refresh_token: "r1" });
  });

  it("is kept while it is good, and asked for once by many", async () => {
    const endpoint = await tokenEndpoint({ body: { access_token: "t1", expires_in: 600 } });
    const tokens = tokensAt(endpoint);
    const all = await Promise.all([tokens.token(signal), tokens.token(signal), tokens.token(signal)]);
    expect([...all, await tokens.token(signal)]).toEqual(["t1", "t1", "t1", "t1"]);
    expect(endpoint.asked).toHaveLength(1);
  });

  it("is asked for again when it was refused, with the refresh token that came last", async () => {
    const endpoint = await tokenEndpoint(
      { body: { access_token: "t1", expires_in: 600, refresh_token: "r2" } },
      { body: { access_token: "t2", expires_in: 600 } },
      { body: { access_token: "t3", expires_in: 600 } },
    );
    const tokens = tokensAt(endpoint, { refreshToken: "r1" });
    const given = [await tokens.token(signal)];
    for (let time = 0; time < 2; time += 1) {
      tokens.forget();
      given.push(await tokens.token(signal));
    }
    expect(given).toEqual(["t1", "t2", "t3"]);
    expect(endpoint.asked.map(({ form }) => form["refresh_token"])).toEqual(["r1", "r2", "r2"]);
  });

  it("is asked for again before it ends", async () => {
    const endpoint = await tokenEndpoint(
      { body: { access_token: "t1", expires_in: 1 } },
      { body: { access_token: "t2", expires_in: 600 } },
    );
    const tokens = tokensAt(endpoint);
    const first = await tokens.token(signal);
    await expect.poll(() => tokens.token(signal), { timeout: 5000, interval: 50 }).toBe("t2");
    expect(first).toBe("t1");
    expect(endpoint.asked).toHaveLength(2);
  });

  it("is asked for with the client in the form where the endpoint wants it there", async () => {
    const endpoint = await tokenEndpoint(
      { status: 401, body: { error: "invalid_client" } },
      { body: { access_token: "t1" } },
    );
    expect(await tokensAt(endpoint).token(signal)).toBe("t1");
    expect(endpoint.asked[1]?.headers.authorization).toBeUndefined();
    expect(endpoint.asked[1]?.form).toEqual({
      grant_type: "client_credentials",
      client_id: "the-client",
      client_secret: "the secret",
    });
  });
});

const refused: readonly (readonly [string, Answer, string])[] = [
  [
    "a client that is refused",
    { status: 401, body: { error: "invalid_client", error_description: "no client with the secret" } },
    "gave no access token: HTTP 401 (invalid_client: no client with ***). Check oauth_client_id and oauth_client_secret, and what the client may do.",
  ],
  [
    "a refresh token that is refused",
    { status: 400, body: { error: "invalid_grant", error_description: "r1 is expired" } },
    "gave no access token: HTTP 400 (invalid_grant: *** is expired). Get a new oauth_refresh_token.",
  ],
  [
    "an answer that is no JSON",
    { status: 404, body: "<html>not found</html>", headers: { "content-type": "text/html" } },
    "gave no access token: HTTP 404. Check oauth_client_id and oauth_client_secret, and what the client may do.",
  ],
  [
    "an answer without a token",
    { body: { token: "t1" } },
    "answered without an access token. Check that it is the client's token endpoint.",
  ],
];

describe("an access token that is not given", () => {
  it.each(refused)("because of %s", async (_name, answer, message) => {
    const endpoint = await tokenEndpoint(answer);
    await expect(tokensAt(endpoint, { refreshToken: "r1" }).token(signal)).rejects.toMatchObject({
      name: "AuthenticationError",
      exitCode: 77,
      message: `oauth_token_request_url ${endpoint.url} ${message}`,
    });
  });

  it.each([500, 503, 429])("because of HTTP %i may be given later", async (status) => {
    const endpoint = await tokenEndpoint({ status }, { body: { access_token: "t1" } });
    const tokens = tokensAt(endpoint);
    await expect(tokens.token(signal)).rejects.toMatchObject({
      name: "LoadError",
      exitCode: 75,
      message: `oauth_token_request_url ${endpoint.url} answered HTTP ${status}. Run again later.`,
    });
    expect(await tokens.token(signal)).toBe("t1");
  });

  it("because nothing listens there", async () => {
    const { url, close } = await tokenEndpoint({});
    await close();
    await expect(tokensAt({ url }).token(signal)).rejects.toMatchObject({
      name: "LoadError",
      exitCode: 75,
      message: `oauth_token_request_url ${url} cannot be asked for a token: connect ECONNREFUSED ${new URL(url).host}. Check the address and the network.`,
    });
  });

  it("because no answer comes", async () => {
    const endpoint = await tokenEndpoint("never");
    await expect(tokensAt(endpoint, { timeoutMs: 50 }).token(signal)).rejects.toMatchObject({
      name: "LoadError",
      message: `oauth_token_request_url ${endpoint.url} cannot be asked for a token: it did not answer in time. Check the address and the network.`,
    });
  });

  it("because the answer has no end", async () => {
    const endpoint = await tokenEndpoint({ body: `{"a":"${"x".repeat(400_000)}"}` });
    await expect(tokensAt(endpoint).token(signal)).rejects.toThrow(
      "cannot be asked for a token: the answer is longer than 262144 bytes.",
    );
  });

  it("because it is asked for elsewhere: credentials stay where they were sent", async () => {
    const other = await tokenEndpoint({ body: { access_token: "stolen" } });
    const endpoint = await tokenEndpoint({ status: 307, headers: { location: other.url } });
    await expect(tokensAt(endpoint).token(signal)).rejects.toMatchObject({ name: "LoadError" });
    expect(other.asked).toEqual([]);
  });

  it("because the run was stopped", async () => {
    const endpoint = await tokenEndpoint("never");
    const stop = new AbortController();
    const reason = new Error("stopped");
    const asking = tokensAt(endpoint).token(stop.signal);
    await expect.poll(() => endpoint.asked).toHaveLength(1);
    stop.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});

describe("a login by OAuth", () => {
  it("has a token of its own, and another after a refusal", async () => {
    const endpoint = await tokenEndpoint(
      { body: { access_token: "t1", expires_in: 600 } },
      { body: { access_token: "t2", expires_in: 600 } },
    );
    const login = createLogin(
      await snowflakeConfig({
        oauth_client_id: "the-client",
        oauth_client_secret: "the secret",
        oauth_refresh_token: "r1",
        oauth_access_token: "an old one",
        oauth_token_request_url: endpoint.url,
      }),
    );
    expect(await login.options(signal)).toMatchObject({ authenticator: "OAUTH", token: "t1" });
    expect(login.refused()).toBe(true);
    expect(await login.options(signal)).toMatchObject({ authenticator: "OAUTH", token: "t2" });
    expect(await login.hint()).toBe("Check oauth_refresh_token.");
  });

  it("asks the account itself where there is a refresh token and no other endpoint", async () => {
    const endpoint = await tokenEndpoint({ body: { access_token: "t1" } });
    const login = createLogin(
      await snowflakeConfig({
        access_url: new URL(endpoint.url).origin,
        oauth_client_id: "the-client",
        oauth_client_secret: "the secret",
        oauth_refresh_token: "r1",
      }),
    );
    expect(await login.options(signal)).toMatchObject({ authenticator: "OAUTH", token: "t1" });
    expect(endpoint.asked[0]?.form).toMatchObject({ grant_type: "refresh_token" });
  });
});
