import { type DataSpec, generateMessages } from "../data/data-set.ts";

/**
 * A small input that is read before the measured one, so that neither loading modules nor compiling what
 * runs often is counted: of a long run both are a small part, of a short one they would be most.
 */
export const warmUp: DataSpec = { size: "wide", records: 10_000, streams: 3, seed: 1 };

/** Answers the warm-up as chunks of bytes. */
export async function* warmUpChunks(): AsyncGenerator<Buffer, void, void> {
  for (const text of generateMessages(warmUp).texts) yield Buffer.from(text);
}
