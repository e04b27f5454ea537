import { describe, expect, it } from "vitest";
import { clientOf, errorOf, fakeClock } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("the origin that credentials belong to", () => {
  const secret = { headers: () => bearer("fixed-secret") };

  it("is the only one that a link may lead to", async () => {
    await using other = await serve(({ response }) => json(response, {}));
    await using server = await serve(({ response }) => json(response, {}));
    const http = clientOf(`${server.origin}/api/`, secret);
    const error = await errorOf(http.request("GET", `${other.origin}/x`));
    expect(error).toMatchObject({ name: "ApiError", retryable: false, exitCode: 70 });
    expect(error.message).toBe(
      `GET ${other.origin}/x refused: pagination link of another origin than ${server.origin}. Check the base address, or whether the API moved.`,
    );
    expect(other.requests).toHaveLength(0);
    await http.request("GET", `${server.origin}/elsewhere?page=2`);
    expect(server.requests).toMatchObject([{ url: "/elsewhere?page=2", headers: bearer("fixed-secret") }]);
  });

  it.each([301, 302, 303, 307, 308])("is the only one that a redirect %i may lead to", async (status) => {
    await using other = await serve(({ response }) => json(response, {}));
    await using server = await serve(({ response }) =>
      response.writeHead(status, { location: `${other.origin}/x?token=1234` }).end(),
    );
    const error = await errorOf(clientOf(server.origin, secret).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", status, retryable: false });
    expect(error.message).toBe(
      `GET ${server.origin}/x answered ${status}: refused to follow a redirect to another origin, ${other.origin}. Check the base address.`,
    );
    expect(other.requests).toHaveLength(0);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [301, "GET", "GET", ""],
    [302, "GET", "GET", ""],
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [307, "POST", "POST", '{"a":1}'],
    [308, "POST", "POST", '{"a":1}'],
    [303, "DELETE", "GET", ""],
    [302, "DELETE", "DELETE", ""],
  ] as const)("is followed to: %i of a %s is a %s", async (status, method, then, body) => {
    await using server = await serve(({ request, response }) =>
      request.url === "/a/x"
        ? response.writeHead(status, { location: "../b/y?z=1" }).end("moved")
        : json(response, { here: request.url }),
    );
    const http = clientOf(`${server.origin}/a`, secret);
    const answer = await http.request(method, "x", method === "POST" ? { json: { a: 1 } } : {});
    expect(answer).toMatchObject({ url: `${server.origin}/b/y?z=1`, body: { here: "/b/y?z=1" } });
    expect(server.requests[1]).toMatchObject({ method: then, body, headers: bearer("fixed-secret") });
    expect(server.requests[1]?.headers["content-type"]).toBe(body === "" ? undefined : "application/json");
    expect(server.connections).toBe(1);
  });

  it("gets no credentials that a redirect or a link brings along", async () => {
    await using server = await serve(({ request, response }) =>
      request.url === "/x"
        ? response.writeHead(302, { location: `http://eve:pw@${request.headers.host}/y` }).end()
        : json(response, {}),
    );
    const http = clientOf(server.origin);
    await http.request("GET", "x");
    await http.request("GET", `${server.origin.replace("//", "//eve:pw@")}/z`);
    expect(server.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ["/x", undefined],
      ["/y", undefined],
      ["/z", undefined],
    ]);
  });

  it("is not left in circles", async () => {
    await using server = await serve(({ response }) => response.writeHead(302, { location: "/x" }).end());
    const error = await errorOf(clientOf(server.origin).request("GET", "x"));
    expect(error.message).toBe(
      `GET ${server.origin}/x failed: more than 5 redirects. Check the base address.`,
    );
    expect(server.requests).toHaveLength(6);
  });

  it("is asked again in each hop for its rate limit", async () => {
    await using server = await serve(({ request, response }) =>
      request.url === "/x" ? response.writeHead(302, { location: "/y" }).end() : json(response, {}),
    );
    const clock = fakeClock();
    const http = clientOf(
      server.origin,
      { rateLimits: () => ({ api: { requests: 1, perSeconds: 5 } }) },
      { clock },
    );
    await http.request("GET", "x");
    expect(clock.now).toBe(5000);
  });
});
