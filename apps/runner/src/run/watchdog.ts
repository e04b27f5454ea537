/** Calls back when nothing happened for too long. */
export interface Watchdog {
  stop(): void;
}

/** The longest that a timer can wait. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Watches that something happens: calls `onIdle` once, when `lastActivity` (milliseconds of `performance.now()`) lies
 * more than the idle timeout back. Without a timeout it watches nothing.
 */
export function startWatchdog(options: {
  idleTimeoutSeconds: number | undefined;
  lastActivity: () => number;
  onIdle: (seconds: number) => void;
}): Watchdog {
  const { idleTimeoutSeconds, lastActivity, onIdle } = options;
  let timer: NodeJS.Timeout | undefined;
  if (idleTimeoutSeconds !== undefined) {
    const check = () => {
      const left = lastActivity() + idleTimeoutSeconds * 1000 - performance.now();
      if (left <= 0) onIdle(idleTimeoutSeconds);
      else timer = setTimeout(check, Math.min(Math.ceil(left), maxTimerMs));
    };
    check();
  }
  return { stop: () => clearTimeout(timer) };
}
