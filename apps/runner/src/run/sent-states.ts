import { createHash } from "node:crypto";
import { isObject, parseExact } from "@chorale/singer";
import { canonicalText, stateIn } from "./canonical-text.ts";

/**
 * What a state that a target handed back is beside those that it was sent: one of them, as new as the newest that
 * came back or newer; one from before that; one in another shape; or no state at all, such as a line of a log.
 */
export type Echo = "expected" | "older" | "reshaped" | "foreign";

interface Sent {
  readonly number: number;
  /** The STATE line as it was sent, until it was compared once. */
  line: Buffer | undefined;
  hash: string | undefined;
}

/** As many sent states are remembered: by then a target should have handed one of them back. */
const maxSent = 10_000;
const maxSentBytes = 16 * 1024 * 1024;

/**
 * Remembers the states that a target was sent, and tells what it hands back from them. Only what is handed
 * back is ever parsed, and what is compared with it: a tap may write a STATE after each record.
 */
export class SentStates {
  /** How many were sent. */
  count = 0;
  #sent: Sent[] = [];
  #bytes = 0;
  #last: Sent | undefined;
  #lastLine: Buffer | undefined;
  /** The number of the newest that came back, and what it says. */
  #acknowledged = 0;
  #acknowledgedHash: string | undefined;
  #forgotten = false;

  /** Adds a STATE line that was passed on to the target. */
  add(line: Buffer): void {
    this.count += 1;
    const sent: Sent = { number: this.count, line: Buffer.from(line), hash: undefined };
    this.#last = sent;
    this.#lastLine = sent.line;
    this.#sent.push(sent);
    this.#bytes += line.length;
    if (this.#sent.length > maxSent || (this.#bytes > maxSentBytes && this.#sent.length > 1)) this.#forget();
  }

  /**
   * Whether the target handed the last state back, or was sent none. A state may be sent more than once: whichever of them
   * came back, the next run goes on from there.
   */
  get isAcknowledged(): boolean {
    return this.#last === undefined || hashOfSent(this.#last) === this.#acknowledgedHash;
  }

  /** Takes the JSON text of a state that the target handed back. */
  acknowledge(state: string): Echo {
    const value = parseExact(state);
    const hash = hashOf(canonicalText(value));
    const next = this.#sent.find((sent) => sent.number >= this.#acknowledged && hashOfSent(sent) === hash);
    if (next !== undefined) {
      this.#acknowledged = next.number;
      this.#acknowledgedHash = hash;
      return "expected";
    }
    if (this.#sent.some((sent) => hashOfSent(sent) === hash)) return "older";
    if (!this.#looksSent(value)) return "foreign";
    // It may be one of those that had to be forgotten.
    return this.#forgotten ? "expected" : "reshaped";
  }

  /** Whether a value has a key of the state that was sent last. */
  #looksSent(value: unknown): boolean {
    const last: unknown = this.#lastText === undefined ? undefined : parseExact(this.#lastText);
    return isObject(last) && isObject(value) && Object.keys(value).some((key) => Object.hasOwn(last, key));
  }

  get #lastText(): string | undefined {
    return this.#lastLine === undefined ? undefined : stateIn(this.#lastLine.toString());
  }

  #forget(): void {
    const dropped = this.#sent.splice(0, Math.ceil(this.#sent.length / 2));
    this.#bytes -= dropped.reduce((sum, { line }) => sum + (line?.length ?? 0), 0);
    this.#forgotten ||= dropped.some(({ number }) => number > this.#acknowledged);
  }
}

function hashOfSent(sent: Sent): string {
  if (sent.line !== undefined) {
    const state = stateIn(sent.line.toString());
    sent.hash = state === undefined ? "" : hashOf(canonicalText(parseExact(state)));
    sent.line = undefined;
  }
  return sent.hash ?? "";
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
