import { type Answer, jsonAnswer } from "../answer.ts";
import { type EventPageOptions, eventPage } from "./event-pages.ts";
import { type EventName, eventNames } from "./generated/event-kinds.ts";
import { type ListName, listNames } from "./generated/list-rows.ts";
import { notFound } from "./problems.ts";
import { listPage } from "./row-list.ts";
import type { ThoughtIndustriesStore } from "./store.ts";

/** The path that all endpoints are below. */
export const basePath = "/incoming/v2/";

/** What the endpoints answer from. */
export interface EndpointOptions extends EventPageOptions {
  readonly store: ThoughtIndustriesStore;
  readonly rowsPerPage: number;
}

/** Tells whether a path reads events, which have a limit of their own. */
export function isEventPath(path: string): boolean {
  return path.startsWith(`${basePath}events/`);
}

function isEventName(name: string): name is EventName {
  return eventNames.some((known) => known === name);
}

function isListName(name: string): name is ListName {
  return listNames.some((known) => known === name);
}

/** Answers a path of the API; 404 for what is none. Parameters that an endpoint does not know are ignored. */
export function answerOf(
  { path, query }: { path: string; query: URLSearchParams },
  { store, rowsPerPage, ...pages }: EndpointOptions,
): Answer {
  if (!path.startsWith(basePath)) return notFound;
  const name = path.slice(basePath.length);
  if (name === "ping") return jsonAnswer({ valid: true });
  if (isListName(name)) return jsonAnswer(listPage(store.lists[name], { query, pageSize: rowsPerPage }));
  const event = name.startsWith("events/") ? name.slice("events/".length) : "";
  return isEventName(event) ? jsonAnswer(eventPage(store.events[event], { ...pages, query })) : notFound;
}
