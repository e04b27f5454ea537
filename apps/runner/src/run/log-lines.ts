import { StringDecoder } from "node:string_decoder";

/** As much of a line is shown, in characters. */
const maxLineCharacters = 64 * 1024;
/** A secret that the cut may run through is no longer. */
const maxSecretCharacters = 8 * 1024;
const maxCollected = maxLineCharacters + maxSecretCharacters;
/** As often one text is shown within the window; then it is only counted. */
const maxRepeats = 10;
const windowMs = 10_000;
const maxTexts = 256;
const keptLines = 20;

/** How {@link LogLines} is made. */
export interface LogLinesOptions {
  /** Takes the secrets out of a line. */
  readonly redact: (text: string) => string;
  readonly onLine: (line: string) => void;
  /** @default Date.now */
  readonly clock?: () => number;
}

interface Seen {
  readonly since: number;
  times: number;
}

/**
 * Cuts what a plugin logs into lines: without secrets, none longer than 64 KiB, and one that comes again and
 * again only ten times in ten seconds, with the number of those that were left out.
 */
export class LogLines {
  /** The last 20 lines, for the summary of a failure; a line that repeats the one before counts once. */
  readonly last: string[] = [];
  readonly #options: LogLinesOptions;
  readonly #clock: () => number;
  readonly #decoder = new StringDecoder("utf8");
  readonly #seen = new Map<string, Seen>();
  #line = "";
  #leftOut = 0;

  constructor(options: LogLinesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  add(chunk: Buffer): void {
    const pieces = this.#decoder.write(chunk).split("\n");
    const rest = pieces.pop() ?? "";
    for (const piece of pieces) {
      this.#collect(piece);
      this.#endLine();
    }
    this.#collect(rest);
  }

  /** Takes the end of the log: a line that was never ended counts, too. */
  end(): void {
    this.#collect(this.#decoder.end());
    if (this.#line !== "") this.#endLine();
    for (const [text, seen] of this.#seen) this.#report(text, seen);
    this.#seen.clear();
  }

  #collect(piece: string): void {
    const room = maxCollected - this.#line.length;
    this.#line += piece.slice(0, room);
    this.#leftOut += Math.max(0, piece.length - room);
  }

  #endLine(): void {
    const whole = this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line;
    const leftOut = this.#leftOut;
    this.#line = "";
    this.#leftOut = 0;
    if (whole.trim() !== "") this.#show(shortened(this.#options.redact(whole), leftOut));
  }

  #show(text: string): void {
    if (this.last.at(-1) !== text) this.last.push(text);
    if (this.last.length > keptLines) this.last.shift();
    if (this.#isWelcome(text)) this.#options.onLine(text);
  }

  #isWelcome(text: string): boolean {
    const now = this.#clock();
    const seen = this.#seen.get(text);
    if (seen !== undefined && now - seen.since < windowMs) {
      seen.times += 1;
      return seen.times <= maxRepeats;
    }
    if (seen !== undefined) this.#forget(text, seen);
    this.#seen.set(text, { since: now, times: 1 });
    const [oldest] = this.#seen;
    if (this.#seen.size > maxTexts && oldest !== undefined) this.#forget(...oldest);
    return true;
  }

  #forget(text: string, seen: Seen): void {
    this.#seen.delete(text);
    this.#report(text, seen);
  }

  #report(text: string, { times }: Seen): void {
    if (times > maxRepeats) this.#options.onLine(`${text} (${times - maxRepeats} times more)`);
  }
}

/** A line that was cut while it came loses so much more that no beginning of a secret stays at its end. */
function shortened(text: string, leftOut: number): string {
  if (leftOut === 0 && text.length <= maxLineCharacters) return text;
  const end = Math.min(maxLineCharacters, leftOut === 0 ? text.length : text.length - maxSecretCharacters);
  return `${text.slice(0, Math.max(0, end))}… (${text.length - end + leftOut} characters more)`;
}
