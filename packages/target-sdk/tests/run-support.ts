import type { Logger, Message } from "@chorale/singer";
import type { RunSummary } from "@chorale/target-sdk";
import { expect } from "vitest";
import { type MemoryWarehouse, memoryTarget } from "./memory-warehouse.ts";

/** What a run of a test did. */
export interface Outcome {
  readonly states: readonly string[];
  readonly summary: RunSummary | undefined;
  readonly error: unknown;
}

/** What differs from a plain run. */
export interface TestRun {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly onState?: (state: string) => void | Promise<void>;
  readonly log?: Logger;
  readonly clock?: () => Date;
}

/** Runs the memory target on an input, and answers what came of it, an error too. */
export async function runWith(
  warehouse: MemoryWarehouse,
  input: Parameters<ReturnType<typeof memoryTarget>["run"]>[0],
  options: TestRun = {},
): Promise<Outcome> {
  const states: string[] = [];
  const onState = async (state: string) => {
    await options.onState?.(state);
    states.push(state);
  };
  try {
    const { onState: _, config = {}, ...rest } = options;
    const summary = await memoryTarget(warehouse).run(input, { ...rest, config, onState });
    expect(warehouse.breaches).toEqual([]);
    return { states, summary, error: undefined };
  } catch (error) {
    expect(warehouse.breaches).toEqual([]);
    return { states, summary: undefined, error };
  }
}

/** Makes the bytes of lines. */
export function bytes(...lines: readonly (string | object)[]): Buffer {
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  return Buffer.from(texts.map((text) => `${text}\n`).join(""));
}

/** A SCHEMA of integer properties, keyed by the first. */
export function schema(
  stream: string,
  properties: readonly string[] = ["id"],
  keys: readonly string[] = properties.slice(0, 1),
): Message {
  const types = properties.map((name) => [name, { type: ["null", "integer"] }]);
  return {
    type: "SCHEMA",
    stream,
    schema: { type: "object", properties: Object.fromEntries(types) },
    key_properties: keys,
  };
}

/** A RECORD. */
export function record(stream: string, value: Readonly<Record<string, unknown>>, version?: number): Message {
  return { type: "RECORD", stream, record: value, ...(version === undefined ? {} : { version }) };
}

/** A STATE. */
export function state(value: unknown): Message {
  return { type: "STATE", value };
}

/** An ACTIVATE_VERSION. */
export function activate(stream: string, version: number): Message {
  return { type: "ACTIVATE_VERSION", stream, version };
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** An input that hands out what the test gives it, when it gives it. */
export function feed(): {
  readonly input: AsyncIterable<Uint8Array>;
  readonly push: (chunk: Uint8Array) => Promise<void>;
  readonly end: () => void;
  readonly taken: () => number;
} {
  const waiting: { chunk: Uint8Array; taken: () => void }[] = [];
  let wake = () => {};
  let ended = false;
  let taken = 0;
  async function* read() {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) {
        taken += 1;
        yield next.chunk;
        next.taken();
      } else if (ended) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  return {
    input: read(),
    // Resolves when the target asks for more: by then it has taken the chunk.
    push: (chunk) =>
      new Promise((resolve) => {
        waiting.push({ chunk, taken: resolve });
        wake();
      }),
    end: () => {
      ended = true;
      wake();
    },
    taken: () => taken,
  };
}
