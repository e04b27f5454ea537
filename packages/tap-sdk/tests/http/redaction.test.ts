import { inspect } from "node:util";
import { createRedactor, object, string } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { clientOf, collectLog, counter, errorOf } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

const apiKey = "k3y/of+the=api";
const token = "fetched-token-7c1f";

/** A client that knows one secret from its config and another one from its token endpoint. */
function secretive(origin: string) {
  const { log, lines } = collectLog();
  const http = clientOf(
    origin,
    {
      attempts: 2,
      headers: () => ({ "x-api-key": apiKey }),
      authorize: async () => ({ authorization: `Bearer ${token}` }),
    },
    { log, redact: createRedactor([apiKey]) },
  );
  return { http, lines };
}

const forms = [
  apiKey,
  token,
  encodeURIComponent(apiKey),
  new URLSearchParams({ k: apiKey }).toString().slice(2),
  Buffer.from(token).toString("base64"),
];

describe("secrets", () => {
  it.each([
    ["an error status", 400, (echo: string) => `{"message":"bad key ${echo}"}`],
    ["a retried status", 500, (echo: string) => `key ${echo}`],
    ["a body that is no JSON", 200, (echo: string) => `<p>${echo}</p>`],
    ["a secret at the cut of the excerpt", 400, (echo: string) => `${"x".repeat(290)}${echo}`],
    ["a secret at the cut of the body", 400, (echo: string) => `${"x".repeat(4090)}${echo}`],
  ])("never show up: %s", async (_name, status, textOf) => {
    for (const echo of forms) {
      await using server = await serve(({ response }) => response.writeHead(status).end(textOf(echo)));
      const { http, lines } = secretive(server.origin);
      const error = await errorOf(
        http.request("GET", "x", {
          searchParams: { api_key: apiKey, q: token, access_token: "unknown-secret" },
        }),
      );
      const shown = [
        ...lines,
        error.message,
        error.stack,
        inspect(error, { depth: 9, showHidden: true }),
      ].join("\n");
      for (const form of forms) expect(shown).not.toContain(form.slice(0, 8));
      expect(shown).not.toContain("unknown-secret");
      expect(shown).toContain(`${server.origin}/x?api_key=[redacted]`);
      expect(server.requests[0]?.url).toContain(`access_token=unknown-secret`);
    }
  });

  it("never show up in an error of the network or its causes", async () => {
    await using server = await serve(({ response }) => response.socket?.destroy());
    const { http, lines } = secretive(server.origin);
    const error = await errorOf(http.request("POST", "x", { json: { apiKey }, searchParams: { q: token } }));
    const shown = [...lines, inspect(error, { depth: 9, showHidden: true })].join("\n");
    for (const form of forms) expect(shown).not.toContain(form);
    expect(shown).toContain("ECONNRESET");
  });

  it("never show up in answers, links that are refused, and checks that fail", async () => {
    await using server = await serve(({ response }) => json(response, { id: 1 }));
    const { http, lines } = secretive(server.origin);
    const answer = await http.request("GET", "x", { searchParams: { key: apiKey } });
    const link = await errorOf(http.request("GET", `https://other.test/?q=${encodeURIComponent(apiKey)}`));
    const check = await errorOf(
      http.get("x", { searchParams: { q: token }, response: object({ id: string() }) }),
    );
    const shown = [...lines, answer.url, inspect([link, check], { depth: 9, showHidden: true })].join("\n");
    for (const form of forms) expect(shown).not.toContain(form);
  });

  it("of a renewed token do not show up either", async () => {
    await using server = await serve(({ response, index }) =>
      response.writeHead(index === 0 ? 401 : 400).end("you sent fresh-token-2 and fresh-token-1"),
    );
    const { log, lines } = collectLog();
    const calls = counter();
    const authorize = async () => ({ authorization: `Bearer fresh-token-${calls.next()}` });
    const error = await errorOf(clientOf(server.origin, { authorize }, { log }).request("GET", "x"));
    expect([...lines, error.message].join("\n")).not.toContain("fresh-token-2");
    expect(error.message).toContain("answered 400: you sent [redacted]");
  });
});
