import {
  type KeyedEvent,
  readWindow,
  type TooMany,
  type Window,
  type WindowReaderOptions,
} from "./window-reader.ts";

/** More events than this are not held at a time, unless they lie within {@link shortestWindowMs}. */
const mostHeld = 10_000;
/** Beyond its usual length a window may grow while it has no more events than this: less than half a page. */
const fewEvents = 25;
const shortestWindowMs = 1000;

/** A window that was read whole. */
export interface ClosedWindow extends Window {
  readonly events: readonly KeyedEvent[];
}

/**
 * Reads a range window by window, oldest first. Windows are of the usual length at first, longer where next to
 * nothing happened, so that empty years cost few requests, and shorter where too much happened to hold it. How the range is
 * cut has no influence on which events are read.
 */
export async function* closedWindows(
  range: Window,
  options: WindowReaderOptions & { readonly usualMs: number },
): AsyncGenerator<ClosedWindow, void, void> {
  const { usualMs } = options;
  let length = usualMs;
  let from = range.from;
  while (from < range.to) {
    const window = { from, to: Math.min(range.to, from + length) };
    // A longer window is read only when one page holds it.
    const content = await readWindow(window, { ...options, most: mostOf(window, usualMs) });
    if (content.events === undefined) {
      length = shorter(content, { span: window.to - from, usualMs });
      continue;
    }
    yield { ...window, events: content.events };
    from = window.to;
    length = longer(length, { count: content.events.length, usualMs });
  }
}

function mostOf({ from, to }: Window, usualMs: number): number {
  if (to - from > usualMs) return 0;
  return to - from <= shortestWindowMs ? Number.POSITIVE_INFINITY : mostHeld;
}

/** Of a longer window only its first page was read; of others enough to tell how long one with half of the most is. */
function shorter({ readMs, count }: TooMany, { span, usualMs }: { span: number; usualMs: number }): number {
  if (span > usualMs) return usualMs;
  const fitting = (readMs / count) * (mostHeld / 2);
  return Math.max(shortestWindowMs, Math.floor(Math.min(fitting, span / 2)));
}

function longer(length: number, { count, usualMs }: { count: number; usualMs: number }): number {
  if (length < usualMs) return count < mostHeld / 4 ? Math.min(usualMs, length * 2) : length;
  return count <= fewEvents ? length * 2 : length;
}
