import { json, serve } from "./test-server.ts";

/** An answer of a server that is told what to answer. */
export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly text?: string;
}

/** A server that gives these answers in turn, and then 200 with how often it was asked. */
export async function replying(...replies: readonly Reply[]) {
  return serve(({ response, index }) => {
    const reply = replies[index];
    if (reply === undefined) return json(response, { asked: index + 1 });
    response.writeHead(reply.status, reply.headers);
    return response.end(reply.text ?? "");
  });
}

/** The same answer several times. */
export function times(count: number, reply: Reply): Reply[] {
  return Array.from({ length: count }, () => reply);
}
