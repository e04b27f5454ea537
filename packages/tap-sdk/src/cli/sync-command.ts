import { createMetrics, InterruptedError, type Logger, MessageWriter } from "@chorale/singer";
import type { CliIo } from "@chorale/singer/cli";
import { runSync } from "../sync/run-sync.ts";
import type { Inputs } from "./command-line.ts";
import { type CliContext, readCatalogAndState, readConfig } from "./read-inputs.ts";

/** Runs the tap into stdout. A signal ends it after the messages that were due. */
export async function syncCommand<Config>(context: CliContext<Config>, inputs: Inputs): Promise<void> {
  const { tap, io, log } = context;
  const config = await readConfig(context, inputs);
  const { catalog, state } = await readCatalogAndState(io, inputs);
  const { select } = inputs;
  const metrics = createMetrics(io.writeError);
  const writer = new MessageWriter(io.stdout);
  try {
    await untilSignal(context, (signal) =>
      runSync(tap, { config, catalog, state, select, log, metrics, signal, env: io.env }, (message) =>
        writer.write(message),
      ),
    );
  } catch (error) {
    // The first error is the one to tell, even where the output fails too.
    await writer.close().catch(() => undefined);
    throw error;
  }
  await writer.close();
}

/** Gives the work a signal that SIGINT and SIGTERM abort; whatever it throws then, the signal is the reason. */
export async function untilSignal(
  { io, log }: { readonly io: CliIo; readonly log: Logger },
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const release = io.onSignal((signal) => {
    stop.abort(new InterruptedError(signal));
    log.info(`${signal}: stopping after what is due; a second signal ends at once`);
  });
  try {
    await work(stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    release();
  }
}
