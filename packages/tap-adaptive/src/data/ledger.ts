import { type Bookmark, isObject, type Logger } from "@chorale/singer";
import type { Version } from "./chosen-versions.ts";

/** What is remembered of a version that was exported. */
interface Processed {
  readonly name: string;
  readonly processed_at: string;
  readonly rows: number;
}

/** The versions that were exported, by their ids, as the state keeps them. */
export class Ledger {
  readonly #processed: Map<string, unknown>;

  constructor(position: Bookmark) {
    const { processed } = position;
    this.#processed = new Map(isObject(processed) ? Object.entries(processed) : []);
  }

  /** Whether a version was exported. One that has another name since is told of, and stays exported. */
  has({ id, name }: Version, log: Logger): boolean {
    const entry = this.#processed.get(String(id));
    if (entry === undefined) return false;
    const before = isObject(entry) ? entry["name"] : undefined;
    if (typeof before === "string" && before !== name) {
      log.warn(
        `data: the version ${JSON.stringify(before)} is called ${JSON.stringify(name)} now; it is not exported again. Add it to "reprocess_versions" if it shall be.`,
        { stream: "data" },
      );
    }
    return true;
  }

  add(id: number, entry: Processed): void {
    this.#processed.set(String(id), entry);
  }

  /** The state's form of it. */
  position(): Bookmark {
    return { processed: Object.fromEntries(this.#processed) };
  }
}
