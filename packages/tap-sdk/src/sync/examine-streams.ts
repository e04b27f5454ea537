import type { Logger } from "@chorale/singer";
import type { AnyStream, DiscoverContext, StreamFinding } from "../definitions.ts";
import { parentOf } from "../stream-tree.ts";
import { Crew } from "./crew.ts";
import type { HttpClients } from "./http-clients.ts";

/** Streams as an account has them. */
export interface Examined<Config> {
  /** All streams, with the properties that the account adds. */
  readonly streams: readonly AnyStream<Config>[];
  /** Why the account does not have a stream, by its name. */
  readonly unavailable: ReadonlyMap<string, string>;
  /** What was found, by the stream's name. */
  readonly findings: ReadonlyMap<string, StreamFinding>;
}

/** What streams are examined with. */
export interface ExamineOptions<Config> extends Omit<DiscoverContext<Config>, "http"> {
  readonly clients: HttpClients<Config>;
  /** The names of the streams to ask about. @default all */
  readonly only?: ReadonlySet<string>;
}

/** How many streams are asked about at a time. */
const concurrency = 4;

/**
 * Asks the account about streams, and says in the log which ones it does not have. Throws the first error of a
 * stream's own function.
 */
export async function examineStreams<Config>(
  streams: readonly AnyStream<Config>[],
  options: ExamineOptions<Config>,
): Promise<Examined<Config>> {
  const { clients, only, ...shared } = options;
  const findings = new Map<string, StreamFinding>();
  const asked = streams.filter(({ name, discover }) => discover !== undefined && only?.has(name) !== false);
  await new Crew(concurrency).each(asked, async ({ name, client, discover }) => {
    const finding = await discover?.({ ...shared, http: clients.of(client) });
    if (finding !== undefined) findings.set(name, finding);
  });
  const unavailable = reasons(streams, findings);
  tellUnavailable(unavailable, options.log);
  return { findings, unavailable, streams: streams.map((stream) => joined(stream, findings)) };
}

function reasons<Config>(
  streams: readonly AnyStream<Config>[],
  findings: ReadonlyMap<string, StreamFinding>,
): ReadonlyMap<string, string> {
  const found = streams.flatMap((stream) => {
    for (
      let each: AnyStream<Config> | undefined = stream;
      each !== undefined;
      each = parentOf(each, streams)
    ) {
      const reason = findings.get(each.name)?.unavailable;
      if (reason !== undefined) return [[stream.name, each === stream ? reason : `${each.name}: ${reason}`]];
    }
    return [];
  });
  return new Map(found.map(([name = "", reason = ""]) => [name, reason]));
}

function tellUnavailable(unavailable: ReadonlyMap<string, string>, log: Logger): void {
  for (const [stream, reason] of unavailable) {
    log.warn(`${stream} is left out: ${reason}`, { stream });
  }
}

function joined<Config>(
  stream: AnyStream<Config>,
  findings: ReadonlyMap<string, StreamFinding>,
): AnyStream<Config> {
  const properties = findings.get(stream.name)?.properties;
  if (properties === undefined) return stream;
  const { json } = stream.schema;
  return { ...stream, schema: { json: { ...json, properties: { ...json.properties, ...properties } } } };
}
