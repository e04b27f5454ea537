import type { SnowflakeConfig } from "./config.ts";

/** A wait grows to so many times the first. */
const most = 60;

/**
 * Answers how long to wait before trying again what failed so many times: twice as long each time, up to sixty times
 * the first wait, and between half of that and all, so that those who fail together do not come back together.
 */
export function retryDelayMs(
  failures: number,
  { retry_delay_seconds: first }: Pick<SnowflakeConfig, "retry_delay_seconds">,
): number {
  const wholeMs = first * 1000 * Math.min(2 ** Math.max(failures - 1, 0), most);
  return wholeMs * (0.5 + Math.random() / 2);
}
