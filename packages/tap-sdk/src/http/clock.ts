/** Time as the client sees it, passed in so that tests need not wait. */
export interface HttpClock {
  /** Milliseconds that only ever grow, from any start. */
  monotonic(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  /** Waits; throws the signal's reason as soon as it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The longest delay that a timer of Node can hold; a longer one would fire at once. */
const maxTimer = 2_147_483_647;

/** The machine's own time. */
export const systemClock: HttpClock = Object.freeze({
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  async sleep(milliseconds: number, signal: AbortSignal) {
    const end = performance.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - performance.now()) {
      await oneTimer(Math.min(left, maxTimer), signal);
    }
    signal.throwIfAborted();
  },
});

function oneTimer(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
