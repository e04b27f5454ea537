import type { Writable } from "node:stream";
import { createMetrics, MessageWriter } from "@chorale/singer";
import { runSync } from "../sync/run-sync.ts";
import type { Inputs } from "./command-line.ts";
import { boundHeap } from "./heap-bounds.ts";
import { type CliContext, readCatalogAndState, readConfig } from "./read-inputs.ts";
import { settingsSaver } from "./save-settings.ts";
import { untilSignal } from "./until-signal.ts";

/** Runs the tap into stdout. A signal ends it after the messages that were due. */
export async function syncCommand<Config>(context: CliContext<Config>, inputs: Inputs): Promise<void> {
  const { tap, io, log } = context;
  const config = await readConfig(context, inputs);
  const { catalog, state } = await readCatalogAndState(io, inputs);
  const { select } = inputs;
  const metrics = createMetrics(io.writeError);
  const saveSettings = settingsSaver(io, inputs);
  const writer = new MessageWriter(io.stdout);
  const output = untilFailure(io.stdout, writer);
  const endWatch = boundHeap();
  try {
    await untilSignal(context, (stop) => {
      const signal = AbortSignal.any([stop, output.signal]);
      return runSync(
        tap,
        { config, catalog, state, select, log, metrics, signal, env: io.env, saveSettings },
        (message) => writer.write(message),
      );
    });
  } catch (error) {
    // The first error is the one to tell, even where the output fails too.
    await writer.close().catch(() => undefined);
    throw error;
  } finally {
    endWatch();
    output.release();
  }
  await writer.close();
}

/** Answers a signal that is aborted as soon as the output fails: a run that waits would learn of it much later. */
function untilFailure(stdout: Writable, writer: MessageWriter): { signal: AbortSignal; release(): void } {
  const stop = new AbortController();
  const look = (): void => {
    writer.flush().catch((error: unknown) => stop.abort(error));
  };
  stdout.once("error", look);
  stdout.once("close", look);
  return {
    signal: stop.signal,
    release() {
      stdout.off("error", look);
      stdout.off("close", look);
    },
  };
}
