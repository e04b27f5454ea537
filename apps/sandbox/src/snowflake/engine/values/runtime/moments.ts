import { day, flooredQuotient, flooredRemainder, second } from "./civil-time.ts";
import { minutesInNanoseconds, type TimeZones } from "./time-zones.ts";

/** Which of Snowflake's types of time a whole number stands for; a date is days since 1970. */
export type MomentKind = "date" | "time" | "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz";

/** A moment that is read out of its kept number, or about to be kept. */
export interface Moment {
  /** Nanoseconds since 1970 on the wall's clock. */
  readonly wall: bigint;
  /** Minutes ahead of UTC; absent where the moment has no zone. */
  readonly offset?: number;
}

/** Reads a kept number. */
export function momentOf(
  value: bigint,
  context: { kind: MomentKind; zone: string; zones: TimeZones },
): Moment {
  switch (context.kind) {
    case "date":
      return { wall: value * day };
    case "timestamp_ltz": {
      const offset = context.zones.offsetAt(context.zone, value);
      return { wall: value + minutesInNanoseconds(offset), offset };
    }
    case "timestamp_tz": {
      const packed = flooredRemainder(value, 4096n);
      const offset = Number(packed) - 1440;
      return { wall: (value - packed) / 4096n + minutesInNanoseconds(offset), offset };
    }
    default:
      return { wall: value };
  }
}

/** Answers the number under which a moment is kept. A moment without a zone is one of the session's. */
export function keptMoment(
  moment: Moment,
  context: { kind: MomentKind; scale: number; zone: string; zones: TimeZones },
): bigint {
  if (context.kind === "date") return flooredQuotient(moment.wall, day);
  const step = 10n ** BigInt(9 - context.scale);
  const wall = flooredQuotient(moment.wall, step) * step;
  if (context.kind === "time") return flooredRemainder(wall, day);
  if (context.kind === "timestamp_ntz") return wall;
  const offset = moment.offset ?? context.zones.offsetOfWall(context.zone, wall);
  const instant = wall - minutesInNanoseconds(offset);
  return context.kind === "timestamp_ltz" ? instant : instant * 4096n + BigInt(offset + 1440);
}

/** Answers nanoseconds since 1970 for a number that counts seconds, or smaller units the greater it is. */
export function guessedEpoch(value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  if (magnitude < 31_536_000_000n) return value * second;
  if (magnitude < 31_536_000_000_000n) return value * 1_000_000n;
  if (magnitude < 31_536_000_000_000_000n) return value * 1000n;
  return value;
}
