import type { Bookmark } from "@chorale/singer";
import type { PageRequest, Pagination } from "../../src/pagination.ts";

export interface WalkedPage {
  readonly body: unknown;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** What a walk asked for and where it could have gone on, page by page. */
export interface Walked {
  readonly requests: PageRequest[];
  readonly positions: (Bookmark | undefined)[];
}

/** Reads pages as a stream does; `answer` plays the API. */
export function walkPages(
  pagination: Pagination,
  answer: (request: PageRequest, index: number) => WalkedPage,
  bookmark: Bookmark = {},
): Walked {
  const walk = pagination.walk();
  const walked: Walked = { requests: [], positions: [] };
  let request: PageRequest | undefined = pagination.first?.(bookmark) ?? {};
  while (request !== undefined) {
    if (walked.requests.length >= 1000) throw new Error("the walk does not end");
    walked.requests.push(request);
    const { body, records } = answer(request, walked.requests.length - 1);
    walk.fresh?.(records);
    const step = walk.after({ body, headers: {}, recordCount: records.length, request });
    walked.positions.push(step.position);
    request = step.next;
  }
  return walked;
}

/** An API that gives these bodies in turn, each with one record unless it says otherwise. */
export function inTurn(bodies: readonly unknown[], counts: readonly number[] = []) {
  return (_request: PageRequest, index: number): WalkedPage => ({
    body: bodies[index],
    records: Array.from({ length: counts[index] ?? 1 }, (_, id) => ({ page: index, id })),
  });
}
