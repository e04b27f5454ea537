import { parseExact } from "@chorale/singer";
import type { WireAnswer } from "./transport.ts";

/** The beginning of a body that was read into memory. */
export interface BodyStart {
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
  /** Whether it is the whole body. */
  readonly whole: boolean;
}

/** Reads a body until its end, or until more than `maxBytes` of it are there. */
export async function readStart(answer: WireAnswer, maxBytes: number): Promise<BodyStart> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= maxBytes) {
    const piece = await answer.read();
    if (piece === undefined) return { pieces, bytes, whole: true };
    pieces.push(piece);
    bytes += piece.length;
  }
  return { pieces, bytes, whole: false };
}

/** Answers an answer that is read again from where `start` began. */
export function replay(answer: WireAnswer, start: BodyStart): WireAnswer {
  const pieces = start.pieces.values();
  return {
    ...answer,
    async read() {
      const { done, value } = pieces.next();
      if (done !== true) return value;
      return start.whole ? undefined : answer.read();
    },
  };
}

/** Ends an answer that nobody reads: a short rest is read so that its connection can be used again. */
export async function discard(answer: WireAnswer): Promise<void> {
  const { whole } = await readStart(answer, maxDiscarded);
  if (!whole) answer.destroy();
}

const maxDiscarded = 64 * 1024;

/** Decodes a whole body; a byte order mark goes, bytes that are no UTF-8 become U+FFFD. */
export function textOf({ pieces, bytes }: BodyStart): string {
  const [first] = pieces;
  const joined = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, bytes);
  return new TextDecoder().decode(joined);
}

/** Parses the text of a body; undefined when it is empty. Throws what the parser throws. */
export function parseBody(text: string, options: { exactNumbers: boolean }): unknown {
  if (/^\s*$/.test(text)) return undefined;
  return options.exactNumbers ? parseExact(text) : JSON.parse(text);
}
