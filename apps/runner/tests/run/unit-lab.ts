import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { StampedEvent } from "../../src/run/run-event.ts";
import type { UnitResult } from "../../src/run/run-result.ts";
import { type RunServices, runUnit } from "../../src/run/run-unit.ts";
import type { RunPolicy, Unit } from "../../src/run/unit.ts";
import type { TapExtras } from "../../src/settings/resolved.ts";
import { openStateBackend } from "../../src/state/open-backend.ts";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { pluginProgram, policy } from "./attempt-lab.ts";

/** What differs from a usual unit. */
export interface UnitParts {
  tap?: Record<string, unknown>;
  target?: Record<string, unknown>;
  capabilities?: readonly string[];
  extras?: Partial<TapExtras>;
  policy?: Partial<RunPolicy>;
  targetKeepsState?: boolean;
}

const noExtras: TapExtras = {
  catalog: undefined,
  state: undefined,
  loadSchema: "tap_x",
  select: ["*.*"],
  selectFilter: [],
  metadata: {},
  schema: {},
  useCachedCatalog: true,
};

export const stateId = "dev:tap-x-to-target-x";

/** A project's folder with a store, in which units are run. */
export class UnitLab {
  readonly root = mkdtempSync(join(tmpdir(), "chorale-unit-test-"));
  readonly events: StampedEvent[] = [];
  /** Called with each event. */
  onEvent: (event: StampedEvent) => void = () => undefined;
  readonly signals = new AbortController();
  leaseSeconds = 60;

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.root, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** What the target has read, line by line. */
  get loaded(): string[] {
    return existsSync(this.path("copy")) ? this.read("copy").split("\n").slice(0, -1) : [];
  }

  /** What the tap was started with, run by run. */
  get seen(): { args: string[]; state: string | null; catalog: string | null }[] {
    return this.read("seen")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
      .filter(({ args }) => !args.includes("--discover"));
  }

  unit(parts: UnitParts = {}): Unit {
    const env = { PATH: process.env["PATH"] ?? "" };
    const capabilities = new Set(parts.capabilities ?? ["catalog", "discover", "state"]);
    const plugin = { program: pluginProgram, env, capabilities };
    return {
      kind: "unit",
      stateId,
      tap: {
        ...plugin,
        name: "tap-x",
        config: { seen: this.path("seen"), token: "s3cr3t-token", ...parts.tap },
        secrets: ["s3cr3t-token"],
      },
      extras: { ...noExtras, ...parts.extras },
      mappers: [],
      target: {
        ...plugin,
        name: "target-x",
        config: { role: "target", copy: this.path("copy"), ...parts.target },
        secrets: [],
      },
      targetKeepsState: parts.targetKeepsState ?? false,
      job: undefined,
      schedule: undefined,
      policy: { ...policy, ...parts.policy },
    };
  }

  async services(): Promise<RunServices & { close: () => Promise<void> }> {
    const { root, events, signals } = this;
    const backend = await openStateBackend({ root, uri: undefined, env: {} });
    const store = await openRunStore({ root, leaseSeconds: this.leaseSeconds });
    return {
      ...{ root, backend, store, signal: signals.signal, version: "1.2.3" },
      emit: (event) => {
        events.push(event);
        this.onEvent(event);
      },
      async close() {
        await backend.close();
        await store.close();
      },
    };
  }

  async run(unit: Unit): Promise<UnitResult> {
    const services = await this.services();
    try {
      return await runUnit(unit, services);
    } finally {
      await services.close();
    }
  }

  /** The state that is stored. */
  async state(): Promise<unknown> {
    const services = await this.services();
    const stored = await services.backend.read(stateId);
    await services.close();
    return stored?.completed === undefined ? undefined : JSON.parse(stored.completed);
  }

  /** The history, the newest first. */
  async history() {
    const services = await this.services();
    const rows = await services.store.listRuns({ stateId, limit: 100 });
    await services.close();
    return rows;
  }

  get warnings(): string[] {
    return this.events.flatMap((event) => (event.event === "warning" ? [event.message] : []));
  }
}
