import type { JsonSchema, Logger } from "@chorale/singer";
import type { AnyRecord } from "../definitions.ts";
import { type Conversion, conversionOf } from "./decimals.ts";

/** More names than this are counted together: some APIs have keys that are data. */
const maxNames = 50;

/**
 * Makes records fit their schema: top-level properties that it does not declare are left out and counted,
 * exact decimals become text. A schema without properties takes everything.
 */
export class Conformer {
  readonly #properties: ReadonlyMap<string, Conversion | undefined>;
  readonly #hasConversions: boolean;
  readonly #undeclared = new Map<string, number>();

  constructor(schema: JsonSchema) {
    const properties = Object.entries(schema.properties ?? {});
    this.#properties = new Map(properties.map(([name, property]) => [name, conversionOf(property)]));
    this.#hasConversions = [...this.#properties.values()].some((conversion) => conversion !== undefined);
  }

  /** Answers the record as it goes out: the same object when nothing has to change. */
  conform(record: AnyRecord): AnyRecord {
    if (this.#properties.size === 0) return record;
    const names = Object.keys(record);
    const declared = names.filter((name) => this.#keeps(name));
    if (declared.length === names.length && !this.#hasConversions) return record;
    return Object.fromEntries(declared.map((name) => [name, this.#converted(record, name)]));
  }

  /** Says once for the stream what was left out. */
  report(stream: string, log: Logger): void {
    if (this.#undeclared.size === 0) return;
    log.info(`${stream}: properties that its schema does not declare were left out`, {
      stream,
      undeclared: Object.fromEntries(this.#undeclared),
    });
  }

  #converted(record: AnyRecord, name: string): unknown {
    const conversion = this.#properties.get(name);
    return conversion === undefined ? record[name] : conversion(record[name]);
  }

  #keeps(name: string): boolean {
    if (this.#properties.has(name)) return true;
    const counted = this.#undeclared.size < maxNames || this.#undeclared.has(name) ? name : "…";
    this.#undeclared.set(counted, (this.#undeclared.get(counted) ?? 0) + 1);
    return false;
  }
}
