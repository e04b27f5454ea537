import { generateMessages } from "../data/data-set.ts";

const records = 10_000;

/**
 * Answers a small input that is read before the measured one, so that neither loading modules nor compiling what
 * runs often is counted: of a long run both are a small part, of a short one they would be most.
 */
export async function* warmUpChunks(): AsyncGenerator<Buffer, void, void> {
  const { texts } = generateMessages({ size: "wide", records, streams: 3, seed: 1 });
  for (const text of texts) yield Buffer.from(text);
}
