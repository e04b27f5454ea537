import type { ZuoraRevenueSandbox } from "@chorale/sandbox";
import { describe, expect, it, onTestFinished } from "vitest";
import { runTap, withTenant } from "./support/run-tap.ts";
import { startTap } from "./support/spawn-tap.ts";

const status = "/**/biviews-status";
/** A task that is never ready: it stays in its queue. */
const queued = { rows: 20, lag: 1_000_000, clock: Date.now };

/** Starts the command for one view. */
function start({ url }: ZuoraRevenueSandbox) {
  const tap = startTap(["--config", "ENV", "--select", "bi3_rc_pob.*"], {
    TAP_ZUORA_REVENUE_BASE_URL: `${url}/api/integration`,
    TAP_ZUORA_REVENUE_USERNAME: "sandbox-user",
    TAP_ZUORA_REVENUE_PASSWORD: "sandbox-password",
    TAP_ZUORA_REVENUE_POLL_INTERVAL_SECONDS: "0.02",
    TAP_ZUORA_REVENUE_PAGE_SIZE: "4",
  });
  onTestFinished(() => {
    tap.child.kill("SIGKILL");
  });
  return tap;
}

/** Resolves when the second page was asked for so often. */
async function isWaitedFor({ requests }: ZuoraRevenueSandbox, times = 2): Promise<void> {
  const asked = (): number => requests.filter(({ query }) => query["pagenum"] === "2").length;
  await expect.poll(asked, { timeout: 15_000 }).toBeGreaterThanOrEqual(times);
}

describe("a run that is stopped while its task is in the queue", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("cancels the task after %s, and ends as ever", async (signal, code) => {
    await withTenant(queued, async (tenant) => {
      const tap = start(tenant);
      await isWaitedFor(tenant);
      expect(tenant.tasks.active().length).toBe(1);
      tap.child.kill(signal);
      expect((await tap.ended).code).toBe(code);
      expect(tenant.tasks.active()).toEqual([]);
      expect(tenant.tasks.cancelled.length).toBe(1);
    });
  });

  it("cancels the task when nobody reads its output any more", async () => {
    await withTenant({ ...queued, lag: 5 }, async (tenant) => {
      const tap = start(tenant);
      await expect.poll(tap.stdout, { timeout: 15_000 }).toContain('"page":2');
      tap.child.stdout?.destroy();
      const { code, stderr } = await tap.ended;
      expect([code, stderr]).toEqual([74, expect.stringContaining("stdout was closed by its reader")]);
      expect(tenant.tasks.active()).toEqual([]);
      expect(tenant.tasks.cancelled.length).toBe(1);
    });
  });

  it("ends after a few seconds when the farewell gets no answer", async () => {
    await withTenant(queued, async (tenant) => {
      const tap = start(tenant);
      await isWaitedFor(tenant);
      tenant.faults.add({ path: status, fault: { kind: "slow", before_headers_ms: 60_000 } });
      const before = performance.now();
      tap.child.kill("SIGTERM");
      const { code, stderr } = await tap.ended;
      const seconds = (performance.now() - before) / 1000;
      expect([code, stderr]).toEqual([143, expect.stringContaining("the task could not be cancelled")]);
      expect(seconds).toBeGreaterThan(2.5);
      expect(seconds).toBeLessThan(25);
    });
  });
});

describe("a run that is stopped", () => {
  it("leaves a task alone that is complete: it holds no place, and the next run goes on with it", async () => {
    await withTenant({ rows: 8 }, async (tenant) => {
      const stop = new AbortController();
      const until = (): boolean => {
        if (tenant.tasks.active().length === 0 && tenant.requests.length > 4) stop.abort(new Error("stop"));
        return false;
      };
      await runTap({ tenant, select: ["bi3_rc_pob.*"], until, signal: stop.signal });
      expect(tenant.tasks.cancelled).toEqual([]);
    });
  });

  it("cancels a task whose answer was lost, too: it is found among the tasks", async () => {
    await withTenant({ rows: 20 }, async (tenant) => {
      tenant.tasks.loseAnswer("BI3_RC_POB");
      tenant.faults.add({ path: status, nth: [1], fault: { kind: "slow", before_headers_ms: 60_000 } });
      const stop = new AbortController();
      const run = runTap({ tenant, select: ["bi3_rc_pob.*"], signal: stop.signal });
      await expect
        .poll(() => tenant.requests.some(({ path }) => path.endsWith("/biviews-status")), { timeout: 5000 })
        .toBe(true);
      stop.abort(new Error("stopped"));
      expect((await run).error).toEqual(new Error("stopped"));
      expect(tenant.tasks.active()).toEqual([]);
      expect(tenant.tasks.cancelled.length).toBe(1);
    });
  });
});
