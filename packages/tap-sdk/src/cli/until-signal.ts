import { InterruptedError, type Logger } from "@chorale/singer";
import type { CliIo } from "@chorale/singer/cli";

/** Gives the work a signal that SIGINT and SIGTERM abort; whatever it throws then, the signal is the reason. */
export async function untilSignal<Result>(
  { io, log }: { readonly io: CliIo; readonly log: Logger },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const release = io.onSignal((signal) => {
    stop.abort(new InterruptedError(signal));
    log.info(`${signal}: stopping after what is due; a second signal ends at once`);
  });
  try {
    return await work(stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    release();
  }
}
