/** The table versions that a stream's records carried in this run. */
export class RecordVersions {
  readonly #seen = new Set<number>();
  #last = "";

  /** Notes the `version` of a parsed record; anything but a number is none. */
  note(version: unknown): void {
    if (typeof version === "number") this.#seen.add(version);
  }

  /**
   * Notes the versions in lines that are not parsed: where `version` stands before the record or behind it, as
   * taps write it. A version in an odder place is missed, which only means that its activation waits for the end of
   * the input.
   */
  noteLines(lines: Buffer): void {
    if (!lines.includes(versionKey)) return;
    const text = lines.toString("latin1");
    for (const pattern of [versionBehind, versionBefore]) {
      for (const [, version] of text.matchAll(pattern)) {
        if (version === undefined || version === this.#last) continue;
        this.#last = version;
        this.#seen.add(Number(version));
      }
    }
  }

  /** Whether a record of `version` was received. */
  has(version: number): boolean {
    return this.#seen.has(version);
  }
}

const versionKey = Buffer.from('"version":');
/** The line's own closing brace follows, so this is no key of the record. */
const versionBehind = /"version": ?([0-9]+)(?:, ?"time_extracted": ?"[^"\n]*")?\s*\}\s*$/gm;
const versionBefore = /^\s*\{\s*(?:"(?:type|stream|time_extracted)": ?"[^"\n]*", ?)*"version": ?([0-9]+),/gm;
