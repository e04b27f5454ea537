import { afterAll, vi } from "vitest";

// Files of a project run one after the other in one process, where each finds what the first one found.
const timeZone = process.env["TZ"];
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  if (timeZone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = timeZone;
});
