import { readFile } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { getCACertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { trustedAuthorities } from "../../src/http/authorities.ts";
import { clientOf, errorOf, fakeClock } from "./test-client.ts";
import { startProxy } from "./test-proxy.ts";
import { json, serve } from "./test-server.ts";

const certificate = new URL("fixtures/test-only.cert.pem", import.meta.url);
const cert = await readFile(certificate, "utf8");
const key = await readFile(new URL("fixtures/test-only.key.pem", import.meta.url), "utf8");

const serveTls: typeof serve = (handler) =>
  serve(handler, (listener) => createTlsServer({ key, cert }, listener));
const echo = () => serveTls(({ request, response }) => json(response, { url: request.url }));

describe("a server with a certificate of an authority of its own", () => {
  it("is refused at once, with what to do", async () => {
    await using server = await echo();
    const clock = fakeClock();
    const error = await errorOf(clientOf(server.origin, {}, { clock }).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", retryable: false, exitCode: 70 });
    expect(error.message).toMatch(
      /failed: .*self.signed certificate.* Check the server's certificate; NODE_EXTRA_CA_CERTS names a file with further authorities\.$/,
    );
    expect(clock.waits).toEqual([]);
  });

  it("is accepted with the authority given", async () => {
    await using server = await echo();
    const answer = await clientOf(server.origin, {}, { ca: [cert] }).request("GET", "x");
    expect(answer.body).toEqual({ url: "/x" });
  });

  it.each(["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])("is accepted with a file that %s names", async (name) => {
    await using server = await echo();
    const env = { [name]: fileURLToPath(certificate) };
    expect((await clientOf(server.origin, {}, { env }).request("GET", "x")).status).toBe(200);
  });

  it("is refused under a name that the certificate does not have", async () => {
    await using proxy = await startProxy();
    await using server = await echo();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const http = clientOf(server.origin.replace("127.0.0.1", "wrong.test"), {}, { env, ca: [cert] });
    const error = await errorOf(http.request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", retryable: false });
    expect(error.message).toMatch(/\(ERR_TLS_CERT_ALTNAME_INVALID\)\. Check the server's certificate/);
    expect(server.requests).toHaveLength(0);
  });

  it("is trusted besides all others", async () => {
    expect(await trustedAuthorities({}, [cert])).toEqual([...getCACertificates("default"), cert]);
    expect(await trustedAuthorities({ SSL_CERT_FILE: "" }, [])).toBeUndefined();
  });

  it("needs a file that can be read", async () => {
    await using server = await echo();
    const http = clientOf(server.origin, {}, { env: { NODE_EXTRA_CA_CERTS: "/nowhere/ca.pem" } });
    const error = await errorOf(http.request("GET", "x"));
    expect(error).toMatchObject({ name: "ConfigError", exitCode: 78 });
    expect(error.message).toBe(
      "NODE_EXTRA_CA_CERTS: cannot read /nowhere/ca.pem. Give the path of a file in PEM format.",
    );
  });
});

describe("a proxy", () => {
  it("tunnels to a TLS server, which sees no proxy's credentials, and keeps the tunnel", async () => {
    await using proxy = await startProxy();
    await using server = await echo();
    const env = { HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}` };
    const http = clientOf(server.origin, { headers: () => ({ token: "t0ken" }) }, { env, ca: [cert] });
    await http.request("GET", "a");
    await http.request("GET", "b");
    expect(proxy.tunnels).toEqual([
      { target: server.origin.slice("https://".length), authorization: `Basic ${btoa("user:p@ss")}` },
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual(["/a", "/b"]);
    expect(server.requests[0]?.headers).toMatchObject({ token: "t0ken" });
    expect(server.requests[0]?.headers).not.toHaveProperty("proxy-authorization");
    await http.close();
    await expect.poll(() => proxy.open()).toBe(0);
  });

  it("tunnels to a plain server", async () => {
    await using proxy = await startProxy();
    await using server = await serve(({ response }) => json(response, { ok: true }));
    const env = { http_proxy: `127.0.0.1:${proxy.port}` };
    expect((await clientOf(server.origin, {}, { env }).request("GET", "a")).body).toEqual({ ok: true });
    expect(proxy.tunnels).toMatchObject([{ target: server.origin.slice("http://".length) }]);
  });

  it("still checks the certificate behind it", async () => {
    await using proxy = await startProxy();
    await using server = await echo();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const error = await errorOf(clientOf(server.origin, {}, { env }).request("GET", "x"));
    expect(error.message).toContain("Check the server's certificate");
    expect(server.requests).toHaveLength(0);
  });

  it("is left out for the hosts of NO_PROXY", async () => {
    await using proxy = await startProxy();
    await using server = await echo();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: "example.test,127.0.0.1" };
    await clientOf(server.origin, {}, { env, ca: [cert] }).request("GET", "x");
    expect(proxy.tunnels).toHaveLength(0);
    expect(server.requests).toHaveLength(1);
  });

  it("that fails for a moment is asked again", async () => {
    await using proxy = await startProxy((index) => (index < 2 ? 502 : 200));
    await using server = await echo();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    await clientOf(server.origin, {}, { env, ca: [cert] }).request("GET", "x");
    expect(proxy.tunnels).toHaveLength(3);
  });

  it("that wants credentials is told at once, without the ones it got", async () => {
    await using proxy = await startProxy(() => 407);
    await using server = await echo();
    const env = { HTTPS_PROXY: `http://user:wr0ng-pass@127.0.0.1:${proxy.port}` };
    const error = await errorOf(clientOf(server.origin, {}, { env, ca: [cert] }).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", retryable: false });
    expect(error.message).toBe(
      `GET ${server.origin}/x failed: Bad response: 407. The proxy wants credentials: put them into HTTPS_PROXY.`,
    );
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("wr0ng-pass");
    expect(proxy.tunnels).toHaveLength(1);
  });

  it("that never answers is given up, and nothing of it is left", async () => {
    await using proxy = await startProxy(() => 0);
    await using server = await echo();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const settings = { requestTimeoutSeconds: () => 0.1, attempts: 2 };
    const error = await errorOf(clientOf(server.origin, settings, { env, ca: [cert] }).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", retryable: true });
    expect(error.message).toMatch(/failed: (no answer within 0\.1 seconds|Proxy timeout)/);
    await expect.poll(() => proxy.open()).toBe(0);
  });

  it("that never answers is left at once when the run is stopped", async () => {
    await using proxy = await startProxy(() => 0);
    await using server = await echo();
    const controller = new AbortController();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const http = clientOf(server.origin, {}, { env, ca: [cert], signal: controller.signal });
    const pending = errorOf(http.request("GET", "x"));
    await expect.poll(() => proxy.tunnels.length).toBe(1);
    controller.abort(new Error("stop"));
    expect((await pending).message).toBe("stop");
    await expect.poll(() => proxy.open()).toBe(0);
  });

  it("that is none is refused as a setting", async () => {
    const http = clientOf("https://acme.test", {}, { env: { HTTPS_PROXY: "socks5://127.0.0.1:1" } });
    expect(await errorOf(http.request("GET", "x"))).toMatchObject({ name: "ConfigError", exitCode: 78 });
  });
});
