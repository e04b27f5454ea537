import { BOOLEAN, DECIMAL, DOUBLE, DuckDBDecimalValue, INTEGER, VARCHAR } from "@duckdb/node-api";
import { internalError } from "../problem.ts";
import { castFailure, castSource, divisionByZero, outOfRange } from "./cast-failures.ts";
import {
  type Decimal,
  decimalText,
  dividedHalfAway,
  doubleText,
  fits,
  parseDecimal,
  rescaled,
  truncated,
} from "./decimals.ts";
import { formattedNumber, numberFormat } from "./number-formats.ts";
import { type RuntimeFunction, text } from "./runtime-function.ts";

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  on: true,
  "1": true,
  false: false,
  f: false,
  no: false,
  n: false,
  off: false,
  "0": false,
};

/** Most numbers are what they stay. */
function isShortInteger(value: string, precision: number): boolean {
  return value.length <= precision && /^-?[1-9][0-9]*$/.test(value);
}

/** Casts a number's text to a NUMBER. */
export function castNumber(
  value: string,
  target: { precision: number; scale: number; source: string },
): DuckDBDecimalValue | null {
  if (target.scale === 0 && isShortInteger(value, target.precision)) return keptNumber(BigInt(value), 0);
  const source = castSource(target.source);
  const number = parseDecimal(value);
  if (number === undefined) return castFailure({ value, source, type: "FIXED" });
  const fitted = rescaled(number, target.scale);
  if (!fits(fitted, target.precision)) return outOfRange(value, { ...target, source });
  return keptNumber(fitted.unscaled, target.scale);
}

function keptNumber(unscaled: bigint, scale: number): DuckDBDecimalValue {
  return new DuckDBDecimalValue(unscaled, 38, scale);
}

/** Every scale that a NUMBER may have: a function of DuckDB answers numbers of one scale. */
export const scales = Array.from({ length: 38 }, (_, scale) => scale);

/** Casts text to a double. */
export function castDouble(value: string, sourceName: string): number | null {
  const trimmed = value.trim();
  const named = {
    nan: Number.NaN,
    inf: Infinity,
    "+inf": Infinity,
    "-inf": -Infinity,
    infinity: Infinity,
    "-infinity": -Infinity,
  }[trimmed.toLowerCase()];
  if (named !== undefined) return named;
  const source = castSource(sourceName);
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(trimmed)) {
    return castFailure({ value, source, type: "REAL" });
  }
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : outOfRange(value, { source, precision: 38, scale: 0 });
}

/** Casts text to a boolean. */
export function castBoolean(value: string, source: string): boolean | null {
  return (
    booleans[value.trim().toLowerCase()] ??
    castFailure({ value, source: castSource(source), type: "BOOLEAN" })
  );
}

/** Enough digits of a double's own decimal fraction to round it by any format. */
const doubleDigits = 100;

/** Writes a number by a format that the translation has read before. */
function formatted(value: Decimal | null, format: string): string {
  const read = numberFormat(format);
  if (read === undefined) throw internalError(`the number format ${format} is not read`);
  return formattedNumber(value, read);
}

function formattedDouble(value: number, format: string): string {
  if (!Number.isFinite(value)) return formatted(null, format);
  return formatted(decimal(value.toExponential(doubleDigits)), format);
}

function decimal(value: string): Decimal {
  return parseDecimal(value) ?? { unscaled: 0n, scale: 0 };
}

function quotient(left: Decimal, right: Decimal, scale: number): string {
  if (right.unscaled === 0n) throw divisionByZero();
  const dividend = left.unscaled * 10n ** BigInt(scale + right.scale);
  const divisor = right.unscaled * 10n ** BigInt(left.scale);
  return decimalText({ unscaled: dividedHalfAway(dividend, divisor), scale });
}

function remainder(left: Decimal, right: Decimal): string {
  if (right.unscaled === 0n) throw divisionByZero();
  const scale = Math.max(left.scale, right.scale);
  return decimalText({ unscaled: rescaled(left, scale).unscaled % rescaled(right, scale).unscaled, scale });
}

function combined(operator: string, [left, right]: readonly [Decimal, Decimal], scale: number): string {
  if (operator === "/") return quotient(left, right, scale);
  if (operator === "%") return remainder(left, right);
  if (operator === "*") {
    return decimalText(
      rescaled({ unscaled: left.unscaled * right.unscaled, scale: left.scale + right.scale }, scale),
    );
  }
  const common = Math.max(left.scale, right.scale);
  const first = rescaled(left, common).unscaled;
  const second = rescaled(right, common).unscaled;
  return decimalText({ unscaled: operator === "+" ? first + second : first - second, scale: common });
}

function rounded(value: Decimal, places: number, mode: string): string {
  if (mode === "trunc")
    return decimalText(places < 0 ? belowOne(value, places, truncated) : truncated(value, places));
  if (mode === "round")
    return decimalText(places < 0 ? belowOne(value, places, rescaled) : rescaled(value, places));
  const cut = truncated(value, places);
  const isExact = rescaled(cut, value.scale).unscaled === value.unscaled;
  const step = isExact || (mode === "floor") !== value.unscaled < 0n ? 0n : mode === "floor" ? -1n : 1n;
  return decimalText({ unscaled: cut.unscaled + step, scale: cut.scale });
}

/** Rounds before the decimal point: to tens with -1. */
function belowOne(
  value: Decimal,
  places: number,
  round: (value: Decimal, scale: number) => Decimal,
): Decimal {
  const shifted = round({ unscaled: value.unscaled, scale: value.scale - places }, 0);
  return { unscaled: shifted.unscaled * 10n ** BigInt(-places), scale: 0 };
}

/** Functions over numbers: they take their exact text. */
export const numberRuntime: readonly RuntimeFunction[] = [
  ...scales.map(
    (scale): RuntimeFunction => ({
      name: `sf_number_${scale}`,
      parameters: [VARCHAR, INTEGER, VARCHAR],
      constants: 2,
      returns: DECIMAL(38, scale),
      call: (value, precision, source) =>
        castNumber(text(value), { precision: Number(precision), scale, source: text(source) }),
    }),
  ),
  {
    name: "sf_double",
    parameters: [VARCHAR, VARCHAR],
    constants: 1,
    returns: DOUBLE,
    call: (value, source) => castDouble(text(value), text(source)),
  },
  {
    name: "sf_double_text",
    parameters: [DOUBLE],
    returns: VARCHAR,
    call: (value) => doubleText(Number(value)),
  },
  {
    name: "sf_formatted_number",
    parameters: [VARCHAR, VARCHAR],
    constants: 1,
    returns: VARCHAR,
    call: (value, format) => formatted(decimal(text(value)), text(format)),
  },
  {
    name: "sf_formatted_double",
    parameters: [DOUBLE, VARCHAR],
    constants: 1,
    returns: VARCHAR,
    call: (value, format) => formattedDouble(Number(value), text(format)),
  },
  {
    name: "sf_boolean",
    parameters: [VARCHAR, VARCHAR],
    constants: 1,
    returns: BOOLEAN,
    call: (value, source) => castBoolean(text(value), text(source)),
  },
  {
    name: "sf_calculate",
    parameters: [VARCHAR, VARCHAR, VARCHAR, INTEGER],
    returns: VARCHAR,
    call: (operator, left, right, scale) =>
      combined(text(operator), [decimal(text(left)), decimal(text(right))], Number(scale)),
  },
  {
    name: "sf_divide_doubles",
    parameters: [DOUBLE, DOUBLE],
    returns: DOUBLE,
    call: (left, right) => {
      if (Number(right) === 0) throw divisionByZero();
      return Number(left) / Number(right);
    },
  },
  {
    name: "sf_round",
    parameters: [VARCHAR, INTEGER, VARCHAR],
    returns: VARCHAR,
    call: (value, places, mode) => rounded(decimal(text(value)), Number(places), text(mode)),
  },
];
