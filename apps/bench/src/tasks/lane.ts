import { createReadStream } from "node:fs";
import { type Measurement, measured } from "../measurement.ts";
import { noopTarget } from "../noop-warehouse.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

/** Loads a file into a warehouse that keeps nothing; `settings` are those of the target. */
export async function runLane({ file, folder, settings }: TaskInput): Promise<Measurement> {
  let loaded = 0;
  let states = 0;
  const result = await measured(async () => {
    const summary = await noopTarget.run(createReadStream(file.path), {
      config: { ...settings, temp_dir: folder },
      onState: () => {
        states += 1;
      },
    });
    for (const stream of summary.streams.values()) loaded += stream.loaded;
    return { records: loaded, bytes: file.bytes };
  });
  expectCount(loaded, { expected: file.records, of: "records" });
  if (states === 0) throw new Error("no state came back.");
  return result;
}
