import { createReadStream } from "node:fs";
import { type Measurement, measured } from "../measurement.ts";
import { noopTarget } from "../noop-warehouse.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";
import { warmUpChunks } from "./warm-up.ts";

interface Loaded {
  readonly records: number;
  readonly states: number;
}

/** Loads a file into a warehouse that keeps nothing; `settings` are those of the target. */
export async function runLane({ file, folder, settings }: TaskInput): Promise<Measurement> {
  const config = { ...settings, temp_dir: folder };
  await load(warmUpChunks(), config);
  let states = 0;
  const result = await measured(async () => {
    const loaded = await load(createReadStream(file.path), config);
    states = loaded.states;
    return { records: loaded.records, bytes: file.bytes };
  });
  expectCount(result.records, { expected: file.records, of: "records" });
  if (states === 0) throw new Error("no state came back.");
  return result;
}

async function load(input: AsyncIterable<Uint8Array>, config: object): Promise<Loaded> {
  let states = 0;
  const onState = () => {
    states += 1;
  };
  const { streams } = await noopTarget.run(input, { config, onState });
  const records = [...streams.values()].reduce((sum, { loaded }) => sum + loaded, 0);
  return { records, states };
}
