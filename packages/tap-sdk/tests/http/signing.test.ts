import { describe, expect, it } from "vitest";
import { clientOf, collectLog, errorOf, fakeClock } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

const sign = (url: URL, { now }: { now: Date }): URL => {
  url.searchParams.set("signature", `signed-${now.getTime() / 1000}`);
  return url;
};
const wall = Date.UTC(2026, 0, 1);
const second = wall / 1000;

describe("a signed client", () => {
  it("signs each try at its own moment, and the request only once", async () => {
    await using server = await serve(({ response, index }) =>
      index === 0
        ? json(response, {}, { status: 429, headers: { "retry-after": "7" } })
        : json(response, { index }),
    );
    const clock = fakeClock(wall);
    const http = clientOf(server.origin, { sign }, { clock });
    await http.request("GET", "x", { searchParams: { a: "1" } });
    expect(server.requests.map(({ url }) => url)).toEqual([
      `/x?a=1&signature=signed-${second}`,
      `/x?a=1&signature=signed-${second + 7}`,
    ]);
  });

  it("signs what a redirect within the origin leads to", async () => {
    await using server = await serve(({ request, response }) =>
      request.url.startsWith("/x")
        ? response.writeHead(302, { location: "/y?b=2" }).end()
        : json(response, {}),
    );
    await clientOf(server.origin, { sign }).request("GET", "x");
    expect(server.requests.map(({ url }) => url)).toEqual([
      `/x?signature=signed-${second}`,
      `/y?b=2&signature=signed-${second}`,
    ]);
  });

  it("shows no signature in its answer, its log and its errors", async () => {
    await using server = await serve(({ response, index }) =>
      json(response, {}, { status: index === 0 ? 200 : 404 }),
    );
    const { log, lines } = collectLog();
    const http = clientOf(server.origin, { sign }, { log });
    const answer = await http.request("GET", "x");
    expect(answer.url).toBe(`${server.origin}/x`);
    const error = await errorOf(http.request("GET", "x"));
    expect(error.message).toContain("answered 404");
    expect(JSON.stringify([lines, error.message])).not.toContain("signed-");
  });

  it("does not sign what is sent without credentials", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const http = clientOf(server.origin, {
      sign,
      authorize: async ({ http: anonymous }) => {
        await anonymous.request("POST", "token");
        return { authorization: "Bearer t" };
      },
    });
    await http.request("GET", "x");
    expect(server.requests.map(({ url }) => url)).toEqual(["/token", `/x?signature=signed-${second}`]);
  });

  it.each([
    ["origin", (url: URL) => new URL(url.pathname, "https://elsewhere.example")],
    ["path", (url: URL) => new URL(`${url.href}/more`)],
    ["credentials", (url: URL) => new URL(url.href.replace("//", "//eve:pw@"))],
  ])("refuses a signature that changes the %s", async (_name, changed) => {
    await using server = await serve(({ response }) => json(response, {}));
    const error = await errorOf(clientOf(server.origin, { sign: changed }).request("GET", "x"));
    expect(error.message).toBe(
      `sign: ${server.origin}/x became another address. Let the client's sign change the query only.`,
    );
    expect(server.requests).toHaveLength(0);
  });

  it("signs a copy: what the signer does to it stays with that try", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const http = clientOf(server.origin, {
      sign: (url) => {
        url.pathname = "/changed";
        return new URL("/x?ok=1", url);
      },
    });
    const answer = await http.request("GET", "x");
    expect(answer.url).toBe(`${server.origin}/x`);
    expect(server.requests.map(({ url }) => url)).toEqual(["/x?ok=1"]);
  });
});
