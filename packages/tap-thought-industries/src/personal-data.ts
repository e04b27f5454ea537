import { isObject } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";
import type { Settings } from "./settings.ts";

/** Where a stream's records have personal data. */
export interface PersonalData {
  /** Properties that are personal as a whole. */
  readonly properties: readonly string[];
  /** Properties that hold a person: all but the identifiers inside is personal, named here or not. */
  readonly people: readonly string[];
}

/** Changes a record's personal data as the settings say. */
export type Treatment = (record: AnyRecord) => AnyRecord;

/** What a person is joined by; the vendor may add any other field to a person. */
const identifiers: ReadonlySet<string> = new Set(["id", "client", "clientId"]);

/** Makes the treatment of a stream's records. A record without personal data stays the same object. */
export function treatmentOf(
  { pii, pii_salt: salt = "" }: Pick<Settings, "pii" | "pii_salt">,
  { properties, people }: PersonalData,
): Treatment {
  if (pii === "keep") return (record) => record;
  const personal: ReadonlySet<string> = new Set(properties);
  const persons: ReadonlySet<string> = new Set(people);
  const treat = pii === "drop" ? dropped : hashing(salt);
  const treatPerson = (person: unknown): unknown =>
    isObject(person)
      ? changed(person, (name, value) => (identifiers.has(name) ? value : treat(value)))
      : treat(person);
  return (record) =>
    changed(record, (name, value) => {
      if (persons.has(name)) return treatPerson(value);
      return personal.has(name) ? treat(value) : value;
    });
}

/** Answers an object with other values; those that become undefined are left out. */
function changed(record: AnyRecord, change: (name: string, value: unknown) => unknown): AnyRecord {
  const entries = Object.entries(record).map(([name, value]) => [name, change(name, value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function dropped(): undefined {
  return undefined;
}

/** Texts and numbers become hashes, to any depth; null, "" and truth values say nothing of a person. */
function hashing(salt: string): (value: unknown) => unknown {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  const hashed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hashed);
    if (isObject(value)) return changed(value, (_name, item) => hashed(item));
    if (typeof value !== "number" && (typeof value !== "string" || value === "")) return value;
    return createHmac("sha256", salt).update(String(value)).digest("hex");
  };
  return hashed;
}
