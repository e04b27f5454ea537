import type { JsonSchema } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";

type Spelling = (value: unknown) => unknown;

/**
 * Makes the function that spells a record's values as the schema has them: days, moments, and in a column of text
 * whatever is none. A record that needs no change is answered as it is.
 */
export function recordNormalizer(schema: JsonSchema): (record: AnyRecord) => AnyRecord {
  const spellings = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const spelling = spellingOf(property);
    return spelling === undefined ? [] : [{ name, spelling }];
  });
  return (record) => {
    const changes: Record<string, unknown> = {};
    let isChanged = false;
    for (const { name, spelling } of spellings) {
      const value = record[name];
      const spelled = value === undefined || value === null ? value : spelling(value);
      if (spelled === value) continue;
      changes[name] = spelled;
      isChanged = true;
    }
    return isChanged ? { ...record, ...changes } : record;
  };
}

function spellingOf({ type, format }: JsonSchema): Spelling | undefined {
  if (format === "date-time") return spellMoment;
  if (format === "date") return spellDay;
  const types = [type].flat().filter((each) => each !== "null");
  return types.length === 1 && types[0] === "string" ? spellText : undefined;
}

const plainMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const looseMoment =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<minutes>\d\d:\d\d)(?<seconds>:\d\d(?:[.,]\d+)?)? ?(?<zone>Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;

/** How the API writes moments is not documented. One without a zone is taken as UTC; what is none stays as it is. */
function spellMoment(value: unknown): unknown {
  if (value === "") return null;
  if (typeof value !== "string" || plainMoment.test(value)) return value;
  const parts = looseMoment.exec(value)?.groups;
  if (parts === undefined) return value;
  const { day = "", minutes = "00:00", seconds = ":00", zone = "Z" } = parts;
  return `${day}T${minutes}${seconds.replace(",", ".")}${zoneOf(zone)}`;
}

function zoneOf(zone: string): string {
  const [, hours = "", minutes = "00"] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return hours === "" ? "Z" : `${hours}:${minutes}`;
}

const plainDay = /^\d{4}-\d\d-\d\d$/;
const dayAndTime = /^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d/;

/** A day with a time after it is that day. */
function spellDay(value: unknown): unknown {
  if (value === "") return null;
  if (typeof value !== "string" || plainDay.test(value)) return value;
  return dayAndTime.exec(value)?.[1] ?? value;
}

/** Which types a workflow's own texts may have is not documented; `custom_attributes` may be wanted as text. */
function spellText(value: unknown): unknown {
  return typeof value === "string" ? value : JSON.stringify(value);
}
