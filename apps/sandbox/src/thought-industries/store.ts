import type { JsonObject } from "../json.ts";
import { type EventLog, eventLog } from "./event-log.ts";
import { type EventName, eventNames } from "./generated/event-kinds.ts";
import { type ListName, listNames } from "./generated/list-rows.ts";
import { type RowList, rowList } from "./row-list.ts";

/** How much of each kind a portal holds. */
export type Sizes = Readonly<Record<EventName | ListName, number>>;

/** What a portal is drawn from. */
export interface ThoughtIndustriesData extends Partial<Sizes> {
  readonly seed: number;
  /** How many days the events lie in, up to now. @default 30 */
  readonly days?: number;
}

/** The data of a running stand-in. */
export interface ThoughtIndustriesStore {
  readonly events: Readonly<Record<EventName, EventLog>>;
  readonly lists: Readonly<Record<ListName, RowList>>;
}

const smallSizes: Sizes = {
  courseAction: 250,
  courseCompletion: 120,
  courseView: 450,
  login: 220,
  visit: 350,
  coursePurchase: 40,
  learningPathAction: 30,
  emailCapture: 20,
  redemptionCodeRedeem: 15,
  users: 230,
  content: 60,
  meetings: 5,
  clients: 4,
  assessmentAttempts: 110,
  coupons: 3,
};

const dayMs = 86_400_000;
const listSpanMs = 400 * dayMs;

/** Lays out a portal whose newest events are seconds old. Kinds that are not given are small. */
export function store(data: ThoughtIndustriesData, now: number): ThoughtIndustriesStore {
  const { seed, days = 30 } = data;
  const sizeOf = (name: EventName | ListName): number => data[name] ?? smallSizes[name];
  const endsAt = Math.floor(now);
  const logOf = (name: EventName): EventLog =>
    eventLog({ name, seed, count: sizeOf(name), startsAt: endsAt - days * dayMs, endsAt });
  const listOf = (name: ListName): RowList =>
    rowList({ name, seed, count: sizeOf(name), startsAt: endsAt - listSpanMs });
  return {
    events: {
      courseAction: logOf("courseAction"),
      courseCompletion: logOf("courseCompletion"),
      courseView: logOf("courseView"),
      login: logOf("login"),
      visit: logOf("visit"),
      coursePurchase: logOf("coursePurchase"),
      learningPathAction: logOf("learningPathAction"),
      emailCapture: logOf("emailCapture"),
      redemptionCodeRedeem: logOf("redemptionCodeRedeem"),
    },
    lists: {
      users: listOf("users"),
      content: listOf("content"),
      meetings: listOf("meetings"),
      clients: listOf("clients"),
      assessmentAttempts: listOf("assessmentAttempts"),
      coupons: listOf("coupons"),
    },
  };
}

/** Fills a portal with nothing but the given events and rows. */
export function givenStore(
  given: Partial<Record<EventName | ListName, readonly JsonObject[]>>,
  now: number,
): ThoughtIndustriesStore {
  const nothing = Object.fromEntries([...eventNames, ...listNames].map((name) => [name, 0]));
  const portal = store({ seed: 1, ...nothing }, now);
  for (const name of eventNames) for (const event of given[name] ?? []) portal.events[name].add(event);
  for (const name of listNames) for (const row of given[name] ?? []) portal.lists[name].add(row);
  return portal;
}
