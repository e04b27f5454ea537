import { ConfigError } from "@chorale/singer";
import type { AnyStream } from "./definitions.ts";
import type { TapOptions } from "./tap.ts";

/**
 * Answers the stream of the list that a child is read for; undefined for a root. It is found by name, so
 * that a tap that inherits from another may put its own stream in the place of a parent.
 */
export function parentOf<Config>(
  stream: AnyStream<Config>,
  streams: readonly AnyStream<Config>[],
): AnyStream<Config> | undefined {
  const name = stream.parent?.name;
  return name === undefined ? undefined : streams.find((each) => each.name === name);
}

/** Answers the streams of a configuration. Throws `ConfigError` when they do not go together. */
export function streamsOf<Config>(
  tap: Pick<TapOptions<Config>, "name" | "streams" | "streamsFor">,
  config: Config,
): readonly AnyStream<Config>[] {
  if (tap.streamsFor === undefined) return tap.streams;
  const streams = tap.streamsFor(config, tap.streams);
  checkStreams(tap.name, streams);
  return streams;
}

/** Throws `ConfigError` for two streams of one name, a parent that is not in the list, and a circle of parents. */
export function checkStreams<Config>(tap: string, streams: readonly AnyStream<Config>[]): void {
  const names = new Set<string>();
  for (const stream of streams) {
    if (names.has(stream.name)) {
      throw new ConfigError(`${tap}: two streams are named ${JSON.stringify(stream.name)}. Rename one.`);
    }
    names.add(stream.name);
  }
  for (const stream of streams) checkAncestors(tap, { stream, streams });
}

function checkAncestors<Config>(
  tap: string,
  { stream, streams }: { stream: AnyStream<Config>; streams: readonly AnyStream<Config>[] },
): void {
  const path = new Set<AnyStream<Config>>();
  let current: AnyStream<Config> | undefined = stream;
  while (current !== undefined) {
    if (path.has(current)) {
      const circle = [...path, current].map(({ name }) => name).join(" → ");
      throw new ConfigError(`${tap}: streams are parents of each other: ${circle}. Break the circle.`);
    }
    path.add(current);
    const parent: AnyStream<Config> | undefined = parentOf(current, streams);
    if (parent === undefined && current.parent !== undefined) {
      throw new ConfigError(
        `${tap}: ${current.name} is a child of ${current.parent.name}, which is not among the streams. Add it.`,
      );
    }
    current = parent;
  }
}
