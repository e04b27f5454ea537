import { systemClock } from "../http/clock.ts";

/** How long something is tried. */
export interface PatienceOptions {
  /** The wait after the first try; each one after it is half as long again. @default 1 */
  readonly firstSeconds?: number;
  /** The longest wait between two tries. @default 15 */
  readonly longestSeconds?: number;
  /** After this the loop ends. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

const growth = 1.5;

/**
 * Paces tries of something that takes its time: yields the number of each try, the first at once, and waits between
 * them. The last try comes when the time is over; then the loop ends. Throws the signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * for await (const _ of patiently({ timeoutSeconds: 600, signal })) {
 *   if (await isReady()) return;
 * }
 * throw new Error("not ready within 10 minutes");
 * ```
 */
export async function* patiently(options: PatienceOptions): AsyncGenerator<number, void, void> {
  const { firstSeconds = 1, longestSeconds = 15, timeoutSeconds, signal } = options;
  const end = systemClock.monotonic() + timeoutSeconds * 1000;
  let wait = Math.min(firstSeconds, longestSeconds) * 1000;
  for (let count = 1; ; count += 1) {
    signal.throwIfAborted();
    yield count;
    const left = end - systemClock.monotonic();
    if (left <= 0) return;
    await systemClock.sleep(Math.min(wait, left), signal);
    wait = Math.min(wait * growth, longestSeconds * 1000);
  }
}
