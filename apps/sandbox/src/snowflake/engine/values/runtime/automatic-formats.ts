import { momentFormat } from "./moment-formats.ts";
import type { Moment, MomentKind } from "./moments.ts";
import { guessedEpoch } from "./moments.ts";

const timestamps = [
  'YYYY-MM-DD"T"HH24:MI:SS.FFTZH:TZM',
  'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM',
  'YYYY-MM-DD"T"HH24:MI:SS.FF',
  'YYYY-MM-DD"T"HH24:MI:SS',
  'YYYY-MM-DD"T"HH24:MITZH:TZM',
  'YYYY-MM-DD"T"HH24:MI',
  'YYYY-MM-DD"T"HH24',
  "YYYY-MM-DD HH24:MI:SS.FFTZH:TZM",
  "YYYY-MM-DD HH24:MI:SS.FF TZH:TZM",
  "YYYY-MM-DD HH24:MI:SS.FF TZHTZM",
  "YYYY-MM-DD HH24:MI:SS.FFTZH",
  "YYYY-MM-DD HH24:MI:SSTZH:TZM",
  "YYYY-MM-DD HH24:MI:SS TZH:TZM",
  "YYYY-MM-DD HH24:MI:SS TZHTZM",
  "YYYY-MM-DD HH24:MI:SSTZH",
  "YYYY-MM-DD HH24:MI:SS.FF",
  "YYYY-MM-DD HH24:MI:SS",
  "YYYY-MM-DD HH24:MITZH:TZM",
  "YYYY-MM-DD HH24:MI",
  "YYYY-MM-DD HH24",
  "YYYY-MM-DD",
  "DY, DD MON YYYY HH24:MI:SS TZHTZM",
  "DY, DD MON YYYY HH24:MI:SS",
  "DY MON DD HH24:MI:SS TZHTZM YYYY",
  "MM/DD/YYYY HH24:MI:SS",
  "MM/DD/YYYY",
  "DD-MON-YYYY",
].map(momentFormat);

const times = [
  "HH24:MI:SS.FF",
  "HH24:MI:SS",
  "HH24:MI",
  "HH12:MI:SS.FF AM",
  "HH12:MI:SS AM",
  "HH12:MI AM",
].map(momentFormat);

/**
 * Reads text in the forms that Snowflake knows without a format; undefined for other text.
 *
 * After a `T` an offset is `Z` or has a colon: `+0000` is of no form. Digits alone count seconds since 1970, or
 * smaller units if there are many.
 */
export function readAutomatically(text: string, kind: MomentKind): Moment | undefined {
  const trimmed = text.trim();
  if (kind !== "time" && /^-?[0-9]{1,30}$/.test(trimmed))
    return { wall: guessedEpoch(BigInt(trimmed)), offset: 0 };
  for (const format of kind === "time" ? times : timestamps) {
    const moment = format.read(trimmed);
    if (moment !== undefined) return moment;
  }
  return undefined;
}
