import type { JsonObject } from "../json.ts";
import { type EventName, generatedEvent, wholeSecondEvents } from "./generated/event-kinds.ts";
import { moments } from "./generated/moments.ts";

/** An event and the moment that it is ordered by. */
export interface PlacedEvent {
  readonly moment: number;
  readonly event: JsonObject;
}

/** All events of one kind. */
export interface EventLog {
  readonly count: number;
  /** The events of a closed range of moments, newest first. */
  newestFirst(range: { from: number; to: number }): Generator<PlacedEvent, void, void>;
  /** Adds an event, whatever its moment: events may arrive late. Throws when it has no `timestamp`. */
  add(event: JsonObject): void;
}

/** What the generated part of a log is drawn from. */
export interface EventLogOptions {
  readonly name: EventName;
  readonly seed: number;
  readonly count: number;
  readonly startsAt: number;
  readonly endsAt: number;
}

function momentOf(event: JsonObject): number {
  const moment = Date.parse(String(event["timestamp"]));
  if (Number.isNaN(moment)) throw new Error(`An event needs a timestamp, not ${String(event["timestamp"])}.`);
  return moment;
}

/** Starts a log; generated events are made when they are asked for. */
export function eventLog(options: EventLogOptions): EventLog {
  const { name, seed } = options;
  const places = moments({ ...options, wholeSeconds: wholeSecondEvents.has(name) });
  const added: PlacedEvent[] = [];

  function* generated({ from, to }: { from: number; to: number }): Generator<PlacedEvent, void, void> {
    const first = places.countBefore(from);
    for (let index = places.countBefore(to + 1) - 1; index >= first; index -= 1) {
      const moment = places.at(index);
      yield { moment, event: generatedEvent(name, { seed, index, moment }) };
    }
  }
  function* arrived({ from, to }: { from: number; to: number }): Generator<PlacedEvent, void, void> {
    for (const placed of added.toReversed()) if (placed.moment >= from && placed.moment <= to) yield placed;
  }
  return {
    get count() {
      return places.count + added.length;
    },
    newestFirst: (range) => mergeNewestFirst(arrived(range), generated(range)),
    add(event) {
      const moment = momentOf(event);
      const place = added.findLastIndex((other) => other.moment <= moment);
      added.splice(place + 1, 0, { moment, event });
    },
  };
}

type Placed = Generator<PlacedEvent, void, void>;

function* mergeNewestFirst(left: Placed, right: Placed): Placed {
  let one = left.next();
  let other = right.next();
  while (one.done !== true || other.done !== true) {
    const takesLeft = other.done === true || (one.done !== true && one.value.moment >= other.value.moment);
    if (takesLeft && one.done !== true) {
      yield one.value;
      one = left.next();
    } else if (other.done !== true) {
      yield other.value;
      other = right.next();
    }
  }
}
