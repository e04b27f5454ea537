import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Answer } from "./answer.ts";
import type { Fault } from "./faults.ts";

/** Where an answer goes, and what ends the wait when the stand-in closes. */
export interface Delivery {
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly signal: AbortSignal;
}

const paddingPiece = Buffer.alloc(64 * 1024, "x");

function sendBytes({ response, answer }: Delivery, body: Buffer, headers: Record<string, string> = {}): void {
  // The answer to HEAD has the length of what GET would send, and no body.
  const length = answer.headers["content-length"] ?? String(body.length);
  response.writeHead(answer.status, { ...answer.headers, ...headers, "content-length": length });
  response.end(body);
}

/** Writes the whole part first, so that the reset comes after the client could read it. */
function sendThenReset(response: ServerResponse, body: Buffer): void {
  response.write(body, () => response.destroy());
}

async function sendSlowly(delivery: Delivery, fault: Extract<Fault, { kind: "slow" }>): Promise<void> {
  const { response, answer, signal } = delivery;
  await wait(fault.before_headers_ms ?? 0, undefined, { signal });
  if (fault.between_pieces_ms === undefined) {
    sendBytes(delivery, Buffer.from(answer.body));
    return;
  }
  const body = Buffer.from(answer.body);
  const size = Math.max(1, Math.ceil(body.length / (fault.pieces ?? 8)));
  response.writeHead(answer.status, { ...answer.headers, "content-length": String(body.length) });
  for (let start = 0; start < body.length && !response.destroyed; start += size) {
    if (start > 0) await wait(fault.between_pieces_ms, undefined, { signal });
    response.write(body.subarray(start, start + size));
  }
  response.end();
}

async function sendHuge({ response, answer, signal }: Delivery, bytes: number): Promise<void> {
  const opening = answer.body.startsWith("{") ? answer.body.slice(0, -1) : "{";
  response.writeHead(answer.status, { ...answer.headers });
  response.write(`${opening}${opening === "{" ? "" : ","}"padding":"`);
  for (let left = bytes; left > 0 && !response.destroyed; left -= paddingPiece.length) {
    const flowing = response.write(paddingPiece.subarray(0, Math.min(left, paddingPiece.length)));
    if (flowing) continue;
    const drained = new AbortController();
    const stop = AbortSignal.any([signal, drained.signal]);
    await Promise.race([
      once(response, "drain", { signal: stop }),
      once(response, "close", { signal: stop }),
    ]).finally(() => drained.abort());
  }
  response.end('"}');
}

/** Sends an answer as it is, or spoiled by a fault that spares the status. Settles when all is handed to the socket. */
export async function deliver(delivery: Delivery, fault?: Fault): Promise<void> {
  const { response, answer } = delivery;
  const body = Buffer.from(answer.body);
  const half = body.subarray(0, Math.floor(body.length / 2));
  switch (fault?.kind) {
    case "truncated":
      response.writeHead(answer.status, { ...answer.headers, "content-length": String(body.length) });
      return sendThenReset(response, half);
    case "cut":
      response.writeHead(answer.status, { ...answer.headers, "transfer-encoding": "chunked" });
      return sendThenReset(response, half);
    case "invalid-json":
      return sendBytes(delivery, half);
    case "content-type":
      return sendBytes(delivery, body, { "content-type": fault.content_type ?? "text/html; charset=utf-8" });
    case "gzip":
      return sendBytes(delivery, gzipSync(body), { "content-encoding": "gzip" });
    case "slow":
      return sendSlowly(delivery, fault);
    case "huge":
      return sendHuge(delivery, fault.bytes);
    default:
      return sendBytes(delivery, body);
  }
}
