import { HUGEINT, INTEGER, VARCHAR } from "@duckdb/node-api";
import { EngineError, internalError } from "../problem.ts";
import { variantType } from "../variant-access.ts";
import { readAutomatically } from "./automatic-formats.ts";
import { castFailure, castSource } from "./cast-failures.ts";
import { second } from "./civil-time.ts";
import { type MomentFormat, momentFormat } from "./moment-formats.ts";
import { addedTo, differenceOf, momentPart, truncatedTo } from "./moment-parts.ts";
import { guessedEpoch, keptMoment, type Moment, type MomentKind, momentOf } from "./moments.ts";
import { type RuntimeFunction, text, whole } from "./runtime-function.ts";
import { TimeZones } from "./time-zones.ts";
import { variantAsText } from "./variant-runtime.ts";

function kindOf(name: string): MomentKind {
  switch (name) {
    case "date":
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return name;
    default:
      throw internalError(`${name} is no type of time`);
  }
}

/** What is kept between rows: formats and zones. */
class MomentContext {
  readonly zones = new TimeZones();
  readonly #formats = new Map<string, MomentFormat>();

  format(form: string): MomentFormat {
    const known = this.#formats.get(form);
    if (known !== undefined) return known;
    const made = momentFormat(form);
    this.#formats.set(form, made);
    return made;
  }

  read(value: bigint, kind: string, zone: string): Moment {
    return momentOf(value, { kind: kindOf(kind), zone, zones: this.zones });
  }

  keep(moment: Moment, target: { kind: string; scale: number; zone: string }): bigint {
    return keptMoment(moment, { ...target, kind: kindOf(target.kind), zones: this.zones });
  }

  parse(value: string, target: MomentTarget): bigint | null {
    const kind = kindOf(target.kind);
    const isAutomatic = target.format.toUpperCase() === "AUTO";
    const moment = isAutomatic
      ? readAutomatically(value, kind)
      : this.format(target.format).read(value.trim());
    if (moment !== undefined) return this.keep(moment, target);
    if (!isAutomatic && target.source !== "try") throw unlikeFormat(value, target);
    return castFailure({ value, source: castSource(target.source), type: target.kind.toUpperCase() });
  }

  ofVariant(value: string, target: MomentTarget): bigint | null {
    const failure = { value, source: "variant", type: target.kind.toUpperCase() } as const;
    if (value === "null") return null;
    if (variantType(value) === "INTEGER" && target.kind !== "time") {
      return this.keep({ wall: guessedEpoch(BigInt(value)), offset: 0 }, target);
    }
    if (!value.startsWith('"')) return castFailure(failure);
    const kept = this.parse(variantAsText(value) ?? "", { ...target, source: "try" });
    return kept ?? castFailure(failure);
  }
}

interface MomentTarget {
  readonly kind: string;
  readonly scale: number;
  readonly zone: string;
  readonly format: string;
  readonly source: string;
}

function unlikeFormat(value: string, target: MomentTarget): EngineError {
  const type = target.kind.startsWith("timestamp") ? "timestamp" : target.kind;
  const message = `Can't parse '${value}' as ${type} with format '${target.format}'`;
  return new EngineError({ code: "100096", sqlState: "22007", message });
}

/** Functions over dates, times and timestamps: each value is a whole number, and its type's name goes with it. */
export function momentRuntime(): readonly RuntimeFunction[] {
  const context = new MomentContext();
  return [...readings(context), ...conversions(context), ...zoneChanges(context), ...calculations(context)];
}

function readings(context: MomentContext): readonly RuntimeFunction[] {
  return [
    {
      name: "sf_moment",
      parameters: [VARCHAR, VARCHAR, INTEGER, VARCHAR, VARCHAR, VARCHAR],
      constants: 5,
      returns: HUGEINT,
      call: (value, kind, scale, zone, format, source) =>
        context.parse(text(value), {
          kind: text(kind),
          scale: Number(scale),
          zone: text(zone),
          format: text(format),
          source: text(source),
        }),
    },
    {
      name: "sf_variant_moment",
      parameters: [VARCHAR, VARCHAR, INTEGER, VARCHAR],
      constants: 3,
      returns: HUGEINT,
      call: (value, kind, scale, zone) =>
        context.ofVariant(text(value), {
          kind: text(kind),
          scale: Number(scale),
          zone: text(zone),
          format: "AUTO",
          source: "variant",
        }),
    },
  ];
}

function conversions(context: MomentContext): readonly RuntimeFunction[] {
  return [
    {
      name: "sf_moment_cast",
      parameters: [HUGEINT, VARCHAR, VARCHAR, INTEGER, VARCHAR],
      constants: 4,
      returns: HUGEINT,
      call: (value, from, kind, scale, zone) =>
        context.keep(context.read(whole(value), text(from), text(zone)), {
          kind: text(kind),
          scale: Number(scale),
          zone: text(zone),
        }),
    },
    {
      name: "sf_moment_text",
      parameters: [HUGEINT, VARCHAR, VARCHAR, VARCHAR],
      constants: 3,
      returns: VARCHAR,
      call: (value, kind, format, zone) =>
        context.format(text(format)).write(context.read(whole(value), text(kind), text(zone))),
    },
    {
      name: "sf_epoch_moment",
      parameters: [VARCHAR, INTEGER, VARCHAR, VARCHAR],
      constants: 3,
      returns: HUGEINT,
      call: (value, epochScale, kind, zone) => {
        const [units = "0", parts = ""] = text(value).split(".");
        const nanoseconds = epochNanoseconds(units, parts, Number(epochScale));
        return context.keep(
          { wall: nanoseconds, offset: 0 },
          { kind: text(kind), scale: 9, zone: text(zone) },
        );
      },
    },
  ];
}

function zoneChanges(context: MomentContext): readonly RuntimeFunction[] {
  return [
    {
      name: "sf_zone_wall",
      parameters: [HUGEINT, VARCHAR, VARCHAR],
      constants: 2,
      returns: HUGEINT,
      call: (wall, from, to) => {
        const instant = context.keep(
          { wall: whole(wall) },
          { kind: "timestamp_ltz", scale: 9, zone: text(from) },
        );
        return context.read(instant, "timestamp_ltz", text(to)).wall;
      },
    },
    {
      name: "sf_zone_instant",
      parameters: [HUGEINT, VARCHAR],
      constants: 1,
      returns: HUGEINT,
      call: (instant, zone) => {
        const moment = context.read(whole(instant), "timestamp_ltz", text(zone));
        return context.keep(moment, { kind: "timestamp_tz", scale: 9, zone: text(zone) });
      },
    },
  ];
}

/** Counts seconds (scale 0), milliseconds (3) and so on since 1970 in nanoseconds. */
function epochNanoseconds(units: string, parts: string, scale: number): bigint {
  const size = 10n ** BigInt(9 - scale);
  const fraction = (BigInt(parts.padEnd(9, "0").slice(0, 9)) * size) / second;
  return BigInt(units) * size + (units.startsWith("-") ? -fraction : fraction);
}

function calculations(context: MomentContext): readonly RuntimeFunction[] {
  return [
    {
      name: "sf_moment_part",
      parameters: [VARCHAR, HUGEINT, VARCHAR, VARCHAR],
      returns: HUGEINT,
      call: (part, value, kind, zone) =>
        momentPart(text(part), context.read(whole(value), text(kind), text(zone))),
    },
    {
      name: "sf_moment_add",
      parameters: [VARCHAR, HUGEINT, HUGEINT, VARCHAR, VARCHAR],
      returns: HUGEINT,
      call: (part, amount, value, kind, zone) => {
        const moment = context.read(whole(value), text(kind), text(zone));
        const target = { kind: text(kind), scale: 9, zone: text(zone) };
        return context.keep(addedTo(moment, text(part), whole(amount)), target);
      },
    },
    {
      name: "sf_moment_trunc",
      parameters: [VARCHAR, HUGEINT, VARCHAR, VARCHAR],
      returns: HUGEINT,
      call: (part, value, kind, zone) => {
        const moment = context.read(whole(value), text(kind), text(zone));
        return context.keep(truncatedTo(moment, text(part)), {
          kind: text(kind),
          scale: 9,
          zone: text(zone),
        });
      },
    },
    {
      name: "sf_moment_diff",
      parameters: [VARCHAR, HUGEINT, VARCHAR, HUGEINT, VARCHAR, VARCHAR],
      returns: HUGEINT,
      call: (part, from, fromKind, to, toKind, zone) =>
        differenceOf(
          text(part),
          context.read(whole(from), text(fromKind), text(zone)),
          context.read(whole(to), text(toKind), text(zone)),
        ),
    },
  ];
}
