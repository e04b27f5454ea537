/** An exact number: `unscaled` divided by ten to the power of `scale`. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

const furthestExponent = 400;
const powers = Array.from({ length: 2 * furthestExponent }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return powers[exponent] ?? 10n ** BigInt(exponent);
}

/** Reads a number as Snowflake's casts do: blanks around it, a sign, a fraction, an exponent. Undefined for other text. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] =
    /^\s*([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?\s*$/.exec(text) ?? [];
  if (whole === "" && fraction === "") return undefined;
  const exponent = Number(exponentText);
  const digits = `${whole}${fraction}`.replace(/^0+(?=.)/, "");
  const unscaled = BigInt(`${sign === "-" ? "-" : ""}${digits}`);
  const scale = fraction.length - exponent;
  if (unscaled === 0n) return { unscaled, scale: Math.max(0, Math.min(scale, furthestExponent)) };
  if (scale > furthestExponent + digits.length) return { unscaled: 0n, scale: 0 };
  if (scale < 0) return { unscaled: unscaled * powerOfTen(Math.min(-scale, furthestExponent)), scale: 0 };
  return { unscaled, scale };
}

/** Rounds half away from zero, or fills up with zeros. */
export function rescaled(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return { unscaled: value.unscaled * powerOfTen(scale - value.scale), scale };
  return { unscaled: dividedHalfAway(value.unscaled, powerOfTen(value.scale - scale)), scale };
}

/** Cuts the decimals after a scale. */
export function truncated(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return rescaled(value, scale);
  return { unscaled: value.unscaled / powerOfTen(value.scale - scale), scale };
}

/** Divides whole numbers and rounds half away from zero. */
export function dividedHalfAway(dividend: bigint, divisor: bigint): bigint {
  const magnitude = abs(dividend);
  const size = abs(divisor);
  const quotient = (2n * magnitude + size) / (2n * size);
  return dividend < 0n === divisor < 0n ? quotient : -quotient;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Whether a number has no more digits than a NUMBER of this precision. */
export function fits(value: Decimal, precision: number): boolean {
  return abs(value.unscaled) < powerOfTen(precision);
}

/** Writes a number with all the decimals of its scale. */
export function decimalText(value: Decimal): string {
  const digits = abs(value.unscaled)
    .toString()
    .padStart(value.scale + 1, "0");
  const sign = value.unscaled < 0n ? "-" : "";
  if (value.scale <= 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -value.scale)}.${digits.slice(-value.scale)}`;
}

/** Writes a double as Snowflake turns it into text: at most fifteen digits, and an exponent where it is far from 1. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const [digits = "", exponentText = "0"] = value.toExponential(14).split("e");
  const exponent = Number(exponentText);
  if (exponent < -5 || exponent >= 15) {
    const short = digits.replace(/\.?0+$/, "");
    return `${short}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return value
    .toFixed(Math.max(0, 14 - exponent))
    .replace(/(\.[0-9]*?)0+$/, "$1")
    .replace(/\.$/, "");
}
