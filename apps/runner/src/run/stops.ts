import type { StopSignal } from "@chorale/singer";
import type { StopCause } from "./outcome.ts";

/** What ends a run before its end: the first cause counts. */
export interface Stops {
  readonly cause: StopCause | undefined;
  /** Aborted by the first cause; its reason is the name of the signal that the tap is sent. */
  readonly signal: AbortSignal;
  stop(cause: StopCause): void;
  /** Takes the timer and the listeners away. */
  close(): void;
}

/** The longest that a timer can wait. */
const maxTimerMs = 2 ** 31 - 1;

/** Makes the causes of a run: a signal, the loss of the lease, and the time for the whole. */
export function createStops(options: {
  /** Aborted with the name of a signal as its reason. */
  signal: AbortSignal;
  leaseLost: AbortSignal;
  timeoutSeconds: number | undefined;
}): Stops {
  const { signal, leaseLost, timeoutSeconds } = options;
  const stopping = new AbortController();
  let cause: StopCause | undefined;
  const stop = (next: StopCause) => {
    if (cause !== undefined) return;
    cause = next;
    stopping.abort(next.kind === "signal" ? next.signal : "SIGTERM");
  };
  const onSignal = () => stop({ kind: "signal", signal: stopSignalOf(signal) });
  const onLost = () => stop({ kind: "lease" });
  if (signal.aborted) onSignal();
  if (leaseLost.aborted) onLost();
  signal.addEventListener("abort", onSignal);
  leaseLost.addEventListener("abort", onLost);
  const timer =
    timeoutSeconds === undefined
      ? undefined
      : setTimeout(
          () => stop({ kind: "timeout", seconds: timeoutSeconds }),
          Math.min(timeoutSeconds * 1000, maxTimerMs),
        );
  return {
    get cause() {
      return cause;
    },
    signal: stopping.signal,
    stop,
    close() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onSignal);
      leaseLost.removeEventListener("abort", onLost);
    },
  };
}

/** The signal that an abort stands for: SIGTERM unless it says SIGINT. */
export function stopSignalOf(signal: AbortSignal): StopSignal {
  return signal.reason === "SIGINT" ? "SIGINT" : "SIGTERM";
}
