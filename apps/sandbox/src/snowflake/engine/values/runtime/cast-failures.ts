import { EngineError } from "../problem.ts";

/** What a value is cast from, which decides the words of its refusal; a `try` answers null instead. */
export type CastSource = "text" | "number" | "variant" | "try";

/** What a cast that is not possible tells. */
export interface CastFailure {
  /** The value, as its source has it: JSON text for a VARIANT. */
  readonly value: string;
  readonly source: CastSource;
  /** The type, as messages about VARIANT values name it. */
  readonly type: string;
}

interface Words {
  readonly code: string;
  readonly sqlState: string;
  readonly message: string;
}

const words: Readonly<Record<string, (value: string) => Words>> = {
  FIXED: numberWords,
  REAL: numberWords,
  BOOLEAN: (value) => ({
    code: "100037",
    sqlState: "22018",
    message: `Boolean value '${value}' is not recognized`,
  }),
  DATE: (value) => ({ code: "100040", sqlState: "22007", message: `Date '${value}' is not recognized` }),
  TIME: (value) => ({ code: "100108", sqlState: "22007", message: `Time '${value}' is not recognized` }),
  TIMESTAMP_NTZ: timestampWords,
  TIMESTAMP_LTZ: timestampWords,
  TIMESTAMP_TZ: timestampWords,
};

function numberWords(value: string): Words {
  return { code: "100038", sqlState: "22018", message: `Numeric value '${value}' is not recognized` };
}

function timestampWords(value: string): Words {
  return { code: "100035", sqlState: "22007", message: `Timestamp '${value}' is not recognized` };
}

/** Answers null for a `try`, and throws otherwise: 100071 for a VARIANT, the type's own code for text. */
export function castFailure(failure: CastFailure): null {
  if (failure.source === "try") return null;
  const own = words[failure.type];
  if (failure.source === "variant" || own === undefined) {
    const message = `Failed to cast variant value ${failure.value} to ${failure.type}`;
    throw new EngineError({ code: "100071", sqlState: "22000", message });
  }
  throw new EngineError(own(failure.value));
}

/** Answers null for a `try`, and throws otherwise: 100039 for text, 100132 for a number. */
export function outOfRange(
  value: string,
  target: { source: CastSource; precision: number; scale: number },
): null {
  if (target.source === "try") return null;
  if (target.source === "number") {
    const message = `Number out of representable range: type FIXED[SB16](${target.precision},${target.scale}){nullable}, value ${value}`;
    throw new EngineError({ code: "100132", sqlState: "22003", message });
  }
  throw new EngineError({
    code: "100039",
    sqlState: "22003",
    message: `Numeric value '${value}' is out of range`,
  });
}

/** Narrows the source that a translation names. */
export function castSource(name: string): CastSource {
  return name === "text" || name === "number" || name === "variant" ? name : "try";
}

/** 100051: a division by zero. */
export function divisionByZero(): EngineError {
  return new EngineError({ code: "100051", sqlState: "22012", message: "Division by zero" });
}
