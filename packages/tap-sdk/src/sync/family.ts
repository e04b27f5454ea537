import { isRawNumber, type Logger } from "@chorale/singer";
import type { AnyRecord, Page, ReplicationValue, StreamContext, StreamFinding } from "../definitions.ts";
import { chunksOf } from "./chunks.ts";
import { Crew } from "./crew.ts";
import type { Emit } from "./emit.ts";
import { createMembers, type Member } from "./family-member.ts";
import type { HttpClients } from "./http-clients.ts";
import type { PlannedStream } from "./plan.ts";
import type { RunCounts } from "./run-counts.ts";
import type { StateWriter } from "./state-writer.ts";

/** What the families of a run share. */
export interface Run<Config> {
  readonly config: Config;
  readonly startDate: string | undefined;
  readonly startedAt: Date;
  readonly clients: HttpClients<Config>;
  readonly counts: RunCounts;
  readonly state: StateWriter;
  readonly emit: Emit;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock: () => Date;
  readonly recordLimit: number | undefined;
  /** What the account says of streams, by their names. */
  readonly findings: ReadonlyMap<string, StreamFinding>;
  readonly selects: StreamContext<Config, unknown>["selects"];
}

/** The records of one parent that are to be read. */
interface Errand<Config> {
  readonly member: Member<Config>;
  readonly parent: AnyRecord;
  /** The streams that had the parent before and do not want it again. */
  readonly unwantedBy: ReadonlySet<string>;
}

const nobody: ReadonlySet<string> = new Set();

/**
 * Reads a root stream and all selected streams below it: first their SCHEMAs, then page after page of the
 * root. The children of a page's records are read, several at a time and to any depth, before the state of
 * the page goes out; so a state never speaks of records that are still to come. Tables that are replaced get their
 * ACTIVATE_VERSION when all were read. The state after the end is for the caller to write, who knows what comes next.
 */
export async function readFamily<Config>(plan: PlannedStream<Config>, run: Run<Config>): Promise<void> {
  const { root, members, tracks } = createMembers(plan, run);
  // Settings that cannot work are refused before the first message.
  for (const { stream } of members) run.clients.of(stream.client);
  for (const { schemaMessage } of members) {
    if (schemaMessage !== undefined) await run.emit(schemaMessage);
  }
  const stop = new AbortController();
  const reader = new FamilyReader(run, {
    crew: new Crew(plan.stream.client.options.concurrency?.(run.config) ?? defaultConcurrency),
    stop,
  });
  await reader.read({ member: root, parent: {}, unwantedBy: nobody }, async (page) => {
    if (root.track === undefined) return;
    run.state.state = root.track.afterPage(run.state.state, page.position);
    await run.state.write();
  });
  // Not at the beginning, as some taps do in their first run: a target would remove the old rows before there are new ones.
  for (const { version, stream } of members) {
    if (version !== undefined) await run.emit({ type: "ACTIVATE_VERSION", stream: stream.name, version });
  }
  run.state.state = tracks.reduce((state, track) => track.afterEnd(state), run.state.state);
  for (const member of members) member.conformer?.report(member.stream.name, run.log);
}

const defaultConcurrency = 4;

/** Reads records to any depth; what fails in one place ends the reading in all others. */
class FamilyReader<Config> {
  readonly #run: Run<Config>;
  readonly #crew: Crew;
  readonly #stop: AbortController;
  readonly #signal: AbortSignal;

  constructor(run: Run<Config>, { crew, stop }: { crew: Crew; stop: AbortController }) {
    this.#run = run;
    this.#crew = crew;
    this.#stop = stop;
    this.#signal = AbortSignal.any([run.signal, stop.signal]);
  }

  async read(errand: Errand<Config>, afterPage?: (page: Page) => Promise<void>): Promise<void> {
    const { stream } = errand.member;
    let remaining = this.#run.recordLimit ?? Number.POSITIVE_INFINITY;
    this.#signal.throwIfAborted();
    for await (const page of stream.pages(this.#contextOf(errand))) {
      this.#signal.throwIfAborted();
      if (page.skipped === true) this.#run.counts.skipped(stream.name);
      remaining -= await this.#takePage(page, { ...errand, limit: remaining });
      this.#signal.throwIfAborted();
      await afterPage?.(page);
      if (remaining <= 0) return;
    }
    // A stream may end early when it is told to stop: that is not its end.
    this.#signal.throwIfAborted();
  }

  /** Answers how many records the page held. */
  async #takePage(page: Page, errand: Errand<Config> & { limit: number }): Promise<number> {
    let count = 0;
    for await (const records of chunksOf(page.records, {
      limit: errand.limit,
      size: chunkSizeOf(errand.member),
    })) {
      count += records.length;
      const errands = await this.#emitRecords(records, errand);
      await this.#crew.each(errands, (below) => this.#readBelow(below));
      this.#signal.throwIfAborted();
    }
    return count;
  }

  async #readBelow(errand: Errand<Config>): Promise<void> {
    try {
      await this.read(errand);
    } catch (error) {
      this.#stop.abort(error);
      throw error;
    }
  }

  /** Emits the records that are wanted, and answers what is to be read below them. */
  async #emitRecords(
    records: readonly AnyRecord[],
    { member, unwantedBy: inherited }: Errand<Config>,
  ): Promise<readonly Errand<Config>[]> {
    const { emit, clock, counts } = this.#run;
    const { stream, track, children } = member;
    const version = versionOf(member);
    const extracted = clock().toISOString();
    const errands: Errand<Config>[] = [];
    let emitted = 0;
    for (const record of records) {
      const unwantedBy = track?.observe(record) ?? inherited;
      if (member.prepare !== undefined && !unwantedBy.has(stream.name)) {
        const wait = emit({
          type: "RECORD",
          stream: stream.name,
          record: member.prepare(record),
          ...version,
          time_extracted: extracted,
        });
        emitted += 1;
        if (wait !== undefined) await wait;
      }
      for (const child of children) {
        if (isWanted(child, unwantedBy) && child.stream.hasChildren(record))
          errands.push({ member: child, parent: record, unwantedBy });
      }
    }
    if (emitted > 0) counts.emitted(stream.name, emitted);
    return errands;
  }

  #contextOf({ member, parent }: Errand<Config>): StreamContext<Config, AnyRecord> {
    const { config, clients, startedAt, log, findings, selects, recordLimit } = this.#run;
    return {
      config,
      selects,
      recordLimit,
      finding: findings.get(member.stream.name) ?? {},
      http: clients.of(member.stream.client),
      parent,
      bookmark: bookmarkText(member.track?.start.value),
      position: member.track?.bookmark ?? {},
      startedAt,
      log,
      signal: this.#signal,
    };
  }
}

function isWanted<Config>(member: Member<Config>, unwantedBy: ReadonlySet<string>): boolean {
  return unwantedBy.size === 0 || member.selectedNames.some((name) => !unwantedBy.has(name));
}

/** Enough to keep the readers of their children busy; nobody waits for those of a stream without any. */
function chunkSizeOf<Config>({ children }: Member<Config>): number {
  return children.length === 0 ? 50 : 500;
}

function versionOf<Config>({ version }: Member<Config>): { readonly version?: number } {
  return version === undefined ? {} : { version };
}

function bookmarkText(value: ReplicationValue | undefined): string | number | undefined {
  return isRawNumber(value) ? value.rawJSON : value;
}
