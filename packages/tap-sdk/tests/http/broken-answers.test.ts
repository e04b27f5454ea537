import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer as createNetServer } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { isRawNumber } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { clientOf, errorOf, fakeClock } from "./test-client.ts";
import { json, listen, pour, serve } from "./test-server.ts";

const body = JSON.stringify({ items: Array.from({ length: 2000 }, (_, id) => ({ id, name: `name ${id}` })) });

/** Breaks the first two answers, and gives the third one whole. */
function brokenTwice(breakIt: (response: ServerResponse) => unknown) {
  return serve(({ response, index }) => (index < 2 ? breakIt(response) : json(response, { ok: true })));
}

describe("an answer that breaks", () => {
  it.each<[string, (response: ServerResponse) => unknown]>([
    ["before its headers", (response) => response.socket?.destroy()],
    ["by a reset", (response) => response.socket?.resetAndDestroy()],
    ["in its headers", (response) => response.socket?.end("HTTP/1.1 200 OK\r\nContent-Le")],
    ["because it is no HTTP", (response) => response.socket?.end("hello\r\n\r\n")],
    [
      "before the end of its Content-Length",
      (response) => {
        response.writeHead(200, { "content-length": body.length });
        response.write(body.slice(0, 1000), () => response.socket?.destroy());
      },
    ],
    [
      "before the end of its Content-Length, politely",
      (response) => response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n{"a":1}`),
    ],
    [
      "between two chunks",
      (response) => response.write(body.slice(0, 1000), () => response.socket?.destroy()),
    ],
    [
      "in the middle of a gzip",
      (response) => {
        response.setHeader("content-encoding", "gzip");
        response.end(gzipSync(body).subarray(0, 500));
      },
    ],
    [
      "because its gzip is none",
      (response) => {
        response.setHeader("content-encoding", "gzip");
        response.end(body);
      },
    ],
    [
      "because its brotli is a gzip",
      (response) => {
        response.setHeader("content-encoding", "br");
        response.end(gzipSync(body));
      },
    ],
    [
      "because its encoding is unknown",
      (response) => {
        response.setHeader("content-encoding", "rot13");
        response.end('{"bx":gehr}');
      },
    ],
    ["because it is no JSON", (response) => response.end("<html>Sign in</html>")],
    ["because its JSON ends too early", (response) => response.end('{"items":[{"id":1}')],
  ])("%s is asked for again", async (_name, breakIt) => {
    await using server = await brokenTwice(breakIt);
    const answer = await clientOf(server.origin).request("GET", "x");
    expect(answer.body).toEqual({ ok: true });
    expect(server.requests).toHaveLength(3);
  });

  it("is told after the last try, and may work in a later run", async () => {
    await using server = await serve(({ response }) => response.end("<html>\nSign in</html>"));
    const error = await errorOf(clientOf(server.origin, { attempts: 2 }).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", status: 200, retryable: true, exitCode: 75 });
    expect(error.message).toBe(
      `GET ${server.origin}/x answered 200 with a body that is no JSON: <html> Sign in</html>. Check the base address, or try again later.`,
    );
    expect(server.requests).toHaveLength(2);
  });

  it("of an error status is judged by the status", async () => {
    await using server = await serve(({ response }) => {
      response.writeHead(403, { "content-encoding": "gzip" });
      response.end("not a gzip");
    });
    const error = await errorOf(clientOf(server.origin).request("GET", "x"));
    expect(error).toMatchObject({ status: 403, retryable: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a server that is not there", () => {
  it("is tried again, and then named", async () => {
    const server = createNetServer();
    const port = await listen(server);
    server.close();
    await once(server, "close");
    const clock = fakeClock();
    const error = await errorOf(
      clientOf(`http://127.0.0.1:${port}`, { attempts: 3 }, { clock }).request("GET", "x"),
    );
    expect(error).toMatchObject({ name: "ApiError", status: undefined, retryable: true, exitCode: 75 });
    expect(error.message).toBe(
      `GET http://127.0.0.1:${port}/x failed: connect ECONNREFUSED 127.0.0.1:${port}. Check the network and the base address, or try again later.`,
    );
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(clock.waits).toEqual([1000, 2000]);
  });

  it("because its name does not exist is tried again, and then named", async () => {
    const error = await errorOf(clientOf("http://nobody.invalid", { attempts: 2 }).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", retryable: true });
    expect(error.message).toMatch(
      /^GET http:\/\/nobody\.invalid\/x failed: getaddrinfo (ENOTFOUND|EAI_AGAIN) nobody\.invalid\./,
    );
  });
});

describe("a setting that cannot be a header", () => {
  it("fails at once, without its value", async () => {
    await using server = await serve(({ response }) => json(response, {}));
    const headers = () => ({ authorization: "Bearer open\nsesame" });
    const error = await errorOf(clientOf(server.origin, { headers }).request("GET", "x"));
    expect(error).toMatchObject({ name: "ApiError", retryable: false, exitCode: 70 });
    expect(error.message).toContain("Check the settings that the request is made of");
    expect(JSON.stringify([error.message, error.cause, String(error.stack)])).not.toContain("sesame");
    expect(server.requests).toHaveLength(0);
  });
});

describe("a body", () => {
  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("comes out of %s", async (encoding, compress) => {
    await using server = await serve(({ response }) => {
      response.setHeader("content-encoding", encoding);
      response.end(compress(body));
    });
    expect((await clientOf(server.origin).request("GET", "x")).body).toEqual(JSON.parse(body));
  });

  it.each([
    ["nothing", "", undefined],
    ["blanks", " \n", undefined],
    ["a byte order mark", '\uFEFF{"a":1}', { a: 1 }],
    ["a list", "[1]", [1]],
    ["a text", '"x"', "x"],
    ["null", "null", null],
    ["a key named __proto__", '{"__proto__":{"x":1}}', JSON.parse('{"__proto__":{"x":1}}')],
    ["half a character", Buffer.from([0x22, 0xc3, 0x22]), "\uFFFD"],
  ])("of %s is read", async (_name, content, expected) => {
    await using server = await serve(({ response }) => response.end(content));
    expect((await clientOf(server.origin).request("GET", "x")).body).toEqual(expected);
  });

  it("of an answer 204 is undefined", async () => {
    await using server = await serve(({ response }) => response.writeHead(204).end());
    expect(await clientOf(server.origin).request("DELETE", "x")).toMatchObject({
      status: 204,
      body: undefined,
    });
  });

  it("keeps every digit of its numbers when it is asked to", async () => {
    await using server = await serve(({ response }) => response.end('{"id":9007199254740993,"n":1.5}'));
    const http = clientOf(server.origin);
    const exact = await http.request("GET", "x", { exactNumbers: true });
    expect(JSON.stringify(exact.body)).toBe('{"id":9007199254740993,"n":1.5}');
    const plain = await http.request("GET", "x");
    expect(plain.body).toEqual({ id: 9_007_199_254_740_992, n: 1.5 });
    expect(Object.values(Object(plain.body)).some(isRawNumber)).toBe(false);
  });

  it("that is nested without end is refused in one line", async () => {
    const deep = `${"[".repeat(200_000)}12345678901234567890${"]".repeat(200_000)}`;
    await using server = await serve(({ response }) => response.end(deep));
    const error = await errorOf(
      clientOf(server.origin, { attempts: 1 }).request("GET", "x", { exactNumbers: true }),
    );
    expect(error).toMatchObject({ name: "ApiError", retryable: true });
  });

  it("that is larger than may be held is refused, and its connection closed", async () => {
    await using server = await serve(({ response }) => {
      pour(response, " ".repeat(1000));
    });
    const error = await errorOf(
      clientOf(server.origin, {}, { maxBufferedBytes: 1_000_000 }).request("GET", "x"),
    );
    expect(error).toMatchObject({ name: "ApiError", retryable: false, status: 200 });
    expect(error.message).toBe(
      `GET ${server.origin}/x answered 200 with more than 1000000 bytes. Ask for less at a time.`,
    );
    await expect.poll(() => server.open()).toBe(0);
  });

  it("that is a decompression bomb is refused before it is whole", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    await using server = await serve(({ response }) => {
      response.setHeader("content-encoding", "gzip");
      response.end(bomb);
    });
    const before = process.memoryUsage().arrayBuffers;
    const http = clientOf(server.origin, {}, { maxBufferedBytes: 1_000_000 });
    await expect(http.request("GET", "x")).rejects.toThrow("more than 1000000 bytes");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it("that is exactly as large as may be held is taken", async () => {
    await using server = await serve(({ response }) => response.end(JSON.stringify("x".repeat(998))));
    const { body: text } = await clientOf(server.origin, {}, { maxBufferedBytes: 1000 }).request("GET", "x");
    expect(text).toHaveLength(998);
    await expect(clientOf(server.origin, {}, { maxBufferedBytes: 999 }).request("GET", "x")).rejects.toThrow(
      "more than 999 bytes",
    );
  });
});
