import { EngineError } from "../problem.ts";
import { flooredQuotient } from "./civil-time.ts";

const minute = 60_000_000_000n;

/** Answers zones' offsets. Names are IANA's; each zone's rules are loaded once. */
export class TimeZones {
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  /** Answers how many minutes a zone is ahead of UTC at an instant. Throws 100075 for a zone that does not exist. */
  offsetAt(zone: string, instant: bigint): number {
    if (zone === "UTC" || zone === "Etc/UTC") return 0;
    const milliseconds = Number(flooredQuotient(instant, 1_000_000n));
    const parts = this.#format(zone).formatToParts(milliseconds);
    const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
    const [, sign = "+", hours = "0", minutes = "0"] = /GMT([+-])([0-9]+)(?::([0-9]+))?/.exec(name) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  }

  /** Answers the offset of a time on a zone's clocks. */
  offsetOfWall(zone: string, wall: bigint): number {
    const first = this.offsetAt(zone, wall);
    return this.offsetAt(zone, wall - BigInt(first) * minute);
  }

  #format(zone: string): Intl.DateTimeFormat {
    const known = this.#formats.get(zone);
    if (known !== undefined) return known;
    const format = zoneFormat(zone);
    this.#formats.set(zone, format);
    return format;
  }
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch (cause) {
    const message = `Unknown timezone: '${zone}'`;
    throw new EngineError({ code: "100075", sqlState: "22023", message }, { cause });
  }
}

/** Answers minutes in nanoseconds. */
export function minutesInNanoseconds(minutes: number): bigint {
  return BigInt(minutes) * minute;
}
