/** What a JSON number looks like. */
const jsonNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const shortInteger = /^(?:0|-?[1-9][0-9]{0,17})$/;
const plainDecimal = /^-?(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/** More digits than any column holds; longer texts are not even looked at. */
const maxNumberLength = 1000;
const maxInteger = 2n ** 63n - 1n;
const minInteger = -(2n ** 63n);
/** What both a 128-bit integer and a NUMBER(38,0) hold. */
const maxWideDigits = 38;

/** A number as sign, digits without outer zeros, and a power of ten. Zero has no digits. */
interface NumberParts {
  readonly sign: "" | "-";
  readonly digits: string;
  readonly exponent: number;
}

/** Tells whether a text is spelled as JSON spells a number. */
function isNumberText(text: string): boolean {
  return text.length <= maxNumberLength && jsonNumber.test(text);
}

/**
 * Answers the plain digits of an integer in any spelling (`1e3`, `10.0`), or undefined when the text
 * is no integer, or beyond 64 bits (38 digits when `wide`).
 */
export function integerText(text: string, { wide }: { readonly wide: boolean }): string | undefined {
  if (shortInteger.test(text)) return text;
  const parts = partsOf(text);
  if (parts === undefined || parts.exponent < 0) return undefined;
  if (parts.digits === "") return "0";
  if (parts.digits.length + parts.exponent > maxWideDigits) return undefined;
  const plain = parts.sign + parts.digits + "0".repeat(parts.exponent);
  if (wide) return plain;
  const value = BigInt(plain);
  return value < minInteger || value > maxInteger ? undefined : plain;
}

/**
 * Answers a decimal without exponent and with every digit, or undefined when the text is no number or
 * has more digits than `precision` and `scale` leave room for. Nothing is rounded.
 */
export function decimalText(
  text: string,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): string | undefined {
  if (text.length > maxNumberLength) return undefined;
  const [, whole = "", fraction = ""] = plainDecimal.exec(text) ?? [];
  const wholeDigits = whole === "0" ? 0 : whole.length;
  if (whole !== "" && wholeDigits <= precision - scale && fraction.length <= scale) return text;
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  if (parts.digits === "") return "0";
  const pointAt = parts.digits.length + parts.exponent;
  if (pointAt > precision - scale || -parts.exponent > scale) return undefined;
  return parts.sign + withPoint(parts, pointAt);
}

/**
 * Answers the JSON number that a double column is filled from: the source's own text, unless its
 * value is too small for a double and becomes zero. Undefined when it is no number or too large.
 */
export function doubleText(text: string): string | undefined {
  if (!isNumberText(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  if (value !== 0) return text;
  return text.startsWith("-") ? "-0.0" : "0";
}

/** Answers what {@link doubleText} does, for integers alone and only when the double is the same integer. */
export function wholeDoubleText(text: string): string | undefined {
  const plain = integerText(text, { wide: true });
  if (plain === undefined || BigInt(Number(plain)) !== BigInt(plain)) return undefined;
  return doubleText(text);
}

function partsOf(text: string): NumberParts | undefined {
  if (!isNumberText(text)) return undefined;
  const sign = text.startsWith("-") ? "-" : "";
  const [mantissa = "", power = "0"] = text.slice(sign.length).toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const leading = (whole + fraction).replace(/^0+/, "");
  const digits = leading.replace(/0+$/, "");
  if (digits === "") return { sign: "", digits, exponent: 0 };
  return { sign, digits, exponent: Number(power) - fraction.length + leading.length - digits.length };
}

function withPoint({ digits, exponent }: NumberParts, pointAt: number): string {
  if (exponent >= 0) return digits + "0".repeat(exponent);
  if (pointAt > 0) return `${digits.slice(0, pointAt)}.${digits.slice(pointAt)}`;
  return `0.${"0".repeat(-pointAt)}${digits}`;
}
