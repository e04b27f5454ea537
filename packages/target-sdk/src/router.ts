import {
  type ActivateVersionMessage,
  type BatchMessage,
  HeadReader,
  type Logger,
  type Message,
  type MessageHead,
  ProtocolError,
  parseMessage,
  type SchemaMessage,
  type UnknownMessage,
} from "@chorale/singer";
import { type RecordWrapper, readBatchFiles, recordWrapperOf } from "./batch-message.ts";
import type { InputChunk } from "./input.ts";
import { type LinePlace, nameOf } from "./lane.ts";
import { LineSpan } from "./line-span.ts";
import { applySchema, type SchemaContext } from "./schema-intake.ts";
import { isOfForm, type Route, type Sink, type SinkLines } from "./sink.ts";
import type { SpoolMemory } from "./spool-memory.ts";
import { stateTextOf } from "./state-text.ts";

/** What the router works with. */
export interface RouterOptions extends SchemaContext {
  readonly log: Logger;
  readonly memory: SpoolMemory;
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly addSink: (stream: string) => Sink;
  readonly onState: () => void;
}

const noSink: Pick<Sink, "routes"> = { routes: undefined };

type Wait = Promise<void> | undefined;
type Place = { -readonly [K in keyof LinePlace]: LinePlace[K] };

const openingBrace = 0x7b;
const closingBrace = 0x7d;
/** More unknown types than this are not warned of: their names may be data. */
const maxWarnedTypes = 20;

/**
 * Takes each message to where it belongs, in order: records through their stream's lane into its sink, all others
 * to the plan. Answers a promise wherever the reader has to wait.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #heads = new HeadReader();
  readonly #span: LineSpan;
  readonly #warnedTypes = new Set<string>();
  /** One object for all lines: a million records need none of their own. */
  readonly #place: Place = { lineNumber: undefined, file: undefined, mayBeUnsafe: false, mustRewrite: false };
  #sequence = 0;
  #endedWithState = false;
  #ignoresActivations = false;
  #head: MessageHead | undefined;
  #headSink: Pick<Sink, "routes"> = noSink;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#span = new LineSpan(({ bytes, rows }, route) => {
      this.#append({ bytes, rows, sequence: this.#sequence, rewritten: false }, route);
    });
  }

  /** Whether the last message was a STATE. */
  get endedWithState(): boolean {
    return this.#endedWithState;
  }

  /** Takes the lines of a chunk. Resolves when the next may come. */
  async take(chunk: InputChunk): Promise<void> {
    const { stop } = this.#options;
    this.#span.begin(chunk);
    const { lines, lineNumbers } = chunk;
    for (const [index, line] of lines.entries()) {
      this.#place.lineNumber = lineNumbers[index];
      const wait = this.#takeLine(line);
      if (wait !== undefined) await stop.race(wait);
    }
    await this.#relieved();
  }

  /** Resolves when every table is ready. */
  async ready(): Promise<void> {
    for (const { ready } of this.#options.sinks.values()) {
      if (ready !== undefined) await this.#options.stop.race(ready);
    }
  }

  async #relieved(): Promise<void> {
    const { stop, memory, loader } = this.#options;
    this.#span.flush();
    stop.throwIfStopped();
    for (const wait of [memory.relief(), loader.room()]) {
      if (wait !== undefined) await stop.race(wait);
    }
  }

  #takeLine(line: Buffer): Wait {
    const head = this.#heads.read(line);
    if (head?.type === "RECORD" && head.recordStart !== -1 && line[line.length - 1] === closingBrace) {
      const { routes } = head === this.#head ? this.#headSink : this.#sinkAt(head);
      if (routes !== undefined) return this.#record(line, routes.record);
    }
    this.#span.flush();
    return this.#takeOther(line, head);
  }

  /** Consecutive records have one head, for which their sink is looked up once. */
  #sinkAt(head: MessageHead): Pick<Sink, "routes"> {
    const sink = this.#options.sinks.get(head.stream);
    if (sink === undefined) return noSink;
    this.#head = head;
    this.#headSink = sink;
    return sink;
  }

  #record(line: Buffer, route: Route): Wait {
    this.#sequence += 1;
    this.#endedWithState = false;
    return this.#stage(line, route);
  }

  /** Takes a record through its lane. */
  #stage(line: Buffer, route: Route): Wait {
    const { sink, lane } = route;
    sink.counts.records += 1;
    this.#place.mayBeUnsafe = route.isChoosy && this.#span.mayBeUnsafe(line);
    const isSafe = lane.isOpenTo(line) && !this.#place.mayBeUnsafe && !this.#place.mustRewrite;
    const taken = isSafe ? line : lane.take(line, this.#place);
    if (taken === undefined) return undefined;
    if (taken === line) this.#span.add(line, route);
    else {
      this.#span.flush();
      const sequence = this.#sequence;
      this.#append({ bytes: Buffer.from(taken), rows: 1, sequence, rewritten: true }, route);
    }
    return sink.isFull(this.#span.rows, this.#span.bytes) ? this.#closeFull(sink) : undefined;
  }

  #append(lines: SinkLines, route: Route): void {
    const { sink } = route;
    if (sink.open !== undefined && !isOfForm(lines, { route, open: sink.open }))
      this.#options.plan.close(sink);
    // Lines that are validated are parsed, and their lane notes the version.
    if (!this.#options.settings.validate_records && !lines.rewritten) sink.versions.noteLines(lines.bytes);
    sink.append(lines, route);
  }

  #closeFull(full: Sink): Wait {
    this.#span.flush();
    const { plan, loader, settings, sinks } = this.#options;
    plan.close(full);
    if (settings.flush_all_streams) for (const sink of sinks.values()) plan.close(sink);
    return loader.room();
  }

  #takeOther(line: Buffer, head: MessageHead | undefined): Wait {
    const { lineNumber } = this.#place;
    if (head?.type === "STATE") return this.#state(line);
    if (head?.type === "SCHEMA" && this.#isRepeated(line, head.stream)) {
      this.#sequence += 1;
      this.#endedWithState = false;
      return undefined;
    }
    const message = parseMessage(line, lineNumber === undefined ? {} : { lineNumber });
    if (message.type === "STATE") return this.#state(line);
    if (message.type === "UNKNOWN") return this.#unknown(message);
    this.#endedWithState = false;
    if (message.type !== "RECORD") this.#sequence += 1;
    switch (message.type) {
      case "SCHEMA":
        return this.#schema(message, line);
      case "RECORD":
        return this.#oddRecord(line, this.#sinkOf(message));
      case "ACTIVATE_VERSION":
        return this.#activate(message, this.#sinkOf(message));
      case "BATCH":
        return this.#batch(message, this.#sinkOf(message));
    }
  }

  #isRepeated(line: Buffer, stream: string): boolean {
    return this.#options.sinks.get(stream)?.schemaLine?.equals(line) === true;
  }

  #state(line: Buffer): Wait {
    const text = stateTextOf(line, this.#place.lineNumber);
    this.#sequence += 1;
    this.#endedWithState = true;
    this.#options.onState();
    this.#options.plan.receive({ sequence: this.#sequence, text });
    return this.#options.loader.room();
  }

  #unknown({ name }: UnknownMessage): Wait {
    if (!this.#warnedTypes.has(name) && this.#warnedTypes.size < maxWarnedTypes) {
      this.#warnedTypes.add(name);
      this.#options.log.warn(`messages of the type ${JSON.stringify(name)} are not known and left out`);
    }
    return undefined;
  }

  #schema(message: SchemaMessage, line: Buffer): Wait {
    const { sinks, addSink, loader } = this.#options;
    const sink = sinks.get(message.stream) ?? addSink(message.stream);
    applySchema(sink, { message, line, where: nameOf(this.#place), ...this.#options });
    return loader.room();
  }

  #sinkOf({ type, stream }: Message & { readonly stream: string }): Sink {
    const sink = this.#options.sinks.get(stream);
    if (sink !== undefined) return sink;
    const { lineNumber } = this.#place;
    throw new ProtocolError(
      `${nameOf(this.#place)}: a ${type} of ${stream} comes before the SCHEMA of ${stream}. Look at what wrote it.`,
      lineNumber === undefined ? {} : { lineNumber },
    );
  }

  /** Takes a record that is spelled oddly, or whose table is not ready yet. */
  #oddRecord(line: Buffer, sink: Sink): Wait {
    const { routes } = sink;
    if (routes === undefined) return this.#whenReady(sink, () => this.#takeLine(line));
    this.#place.mustRewrite = true;
    try {
      return this.#record(line, routes.record);
    } finally {
      this.#place.mustRewrite = false;
    }
  }

  async #whenReady(sink: Sink, then: () => Wait): Promise<void> {
    await sink.ready;
    this.#options.stop.throwIfStopped();
    await then();
  }

  #activate(message: ActivateVersionMessage, sink: Sink): Wait {
    const { version } = message;
    if (!this.#options.settings.process_activate_version_messages) return this.#ignoreActivation();
    const sequence = this.#sequence;
    const activate = () => {
      this.#options.plan.activate(sink, { sequence, version });
      return this.#options.loader.room();
    };
    return sink.routes === undefined ? this.#whenReady(sink, activate) : activate();
  }

  #ignoreActivation(): undefined {
    if (!this.#ignoresActivations) {
      this.#options.log.warn(
        "ACTIVATE_VERSION messages are left out: process_activate_version_messages is off",
      );
    }
    this.#ignoresActivations = true;
  }

  /** The records of a BATCH have their message's place among all messages. */
  async #batch(message: BatchMessage, sink: Sink): Promise<void> {
    const { settings, stop } = this.#options;
    const { lineNumber } = this.#place;
    await sink.ready;
    if (message.version !== undefined) sink.versions.note(message.version);
    const wrap = recordWrapperOf(message);
    for await (const chunk of readBatchFiles(message, {
      lineNumber,
      maxLineBytes: settings.max_line_bytes,
    })) {
      stop.throwIfStopped();
      this.#span.begin(chunk);
      this.#place.file = chunk.file;
      for (const [index, bare] of chunk.lines.entries()) {
        this.#place.lineNumber = chunk.lineNumbers[index];
        const wait = this.#bareRecord(bare, { sink, wrap });
        if (wait !== undefined) await stop.race(wait);
      }
      await this.#relieved();
    }
    this.#place.file = undefined;
  }

  #bareRecord(line: Buffer, { sink, wrap }: { sink: Sink; wrap: RecordWrapper | undefined }): Wait {
    const { routes } = sink;
    if (routes === undefined) return undefined;
    this.#place.mustRewrite = line[0] !== openingBrace || line[line.length - 1] !== closingBrace;
    try {
      if (wrap === undefined) return this.#stage(line, routes.line);
      return this.#stage(wrap(line), routes.record);
    } finally {
      this.#place.mustRewrite = false;
    }
  }
}
