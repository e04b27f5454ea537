import { type Decimal, decimalText, rescaled } from "./decimals.ts";

/** A format of TO_VARCHAR for numbers, such as `FM9990.00` or `9.99EE`. */
export interface NumberFormat {
  /** The elements before the decimal point: `0`, `9` and `,`. */
  readonly whole: string;
  /** The decimal point and the elements behind it; empty without a point. */
  readonly fraction: string;
  /** `EE` up to `EEEEE`; empty where there is none. */
  readonly exponent: string;
  /** Where the sign is: by default right before the first digit. */
  readonly sign: { readonly kind: "S" | "MI"; readonly isBehind: boolean } | null;
  /** Whether what only fills is left out. */
  readonly isCompact: boolean;
}

const written = /^(FM)?(S|MI)?([09][09,G]*|)([.D][09]*)?(EE{1,4}|ee{1,4})?(S|MI)?$/i;

/** Reads a format; undefined for what is none or has elements that are not known here. */
export function numberFormat(text: string): NumberFormat | undefined {
  const found = written.exec(text);
  if (found === null) return undefined;
  const [, compact, before, whole = "", fraction = "", exponent = "", behind] = found;
  const isEven = exponent === exponent.toUpperCase() || exponent === exponent.toLowerCase();
  const hasTwoSigns = before !== undefined && behind !== undefined;
  const isNormal = exponent === "" || whole.length === 1;
  if (!isEven || hasTwoSigns || !isNormal || !/[09]/.test(whole + fraction)) return undefined;
  const kind = (before ?? behind)?.toUpperCase() === "S" ? "S" : "MI";
  const hasSign = before !== undefined || behind !== undefined;
  return {
    whole: whole.toUpperCase().replaceAll("G", ","),
    fraction: fraction.toUpperCase().replace("D", "."),
    exponent,
    sign: hasSign ? { kind, isBehind: behind !== undefined } : null,
    isCompact: compact !== undefined,
  };
}

/** Writes a number; null stands for an infinite one or none, which no format holds. */
export function formattedNumber(value: Decimal | null, format: NumberFormat): string {
  if (value === null) return signed(overflow(format), { isNegative: false, format });
  const isNegative = value.unscaled < 0n;
  const size = { ...value, unscaled: isNegative ? -value.unscaled : value.unscaled };
  const { mantissa, power } =
    format.exponent === "" ? { mantissa: size, power: 0 } : normalized(size, places(format));
  const [whole = "0", fraction = ""] = decimalText(rescaled(mantissa, places(format))).split(".");
  const isTooLong = whole !== "0" && whole.length > format.whole.replaceAll(",", "").length;
  const digits = isTooLong
    ? overflow(format)
    : `${wholePart(whole, format.whole)}${fractionPart(fraction, format.fraction)}`;
  return signed(`${digits}${exponentPart(power, format.exponent)}`, { isNegative, format });
}

function places({ fraction }: NumberFormat): number {
  return Math.max(0, fraction.length - 1);
}

/** Moves the point behind the first digit that is not zero, also when rounding makes another digit. */
function normalized(value: Decimal, scale: number): { readonly mantissa: Decimal; readonly power: number } {
  if (value.unscaled === 0n) return { mantissa: value, power: 0 };
  const digits = String(value.unscaled).length;
  const mantissa = rescaled({ unscaled: value.unscaled, scale: digits - 1 }, scale);
  const power = digits - 1 - value.scale;
  const isLonger = String(mantissa.unscaled).length > scale + 1;
  return isLonger ? { mantissa: { ...mantissa, scale: scale + 1 }, power: power + 1 } : { mantissa, power };
}

function overflow({ whole, fraction }: NumberFormat): string {
  return `${whole}${fraction}`.replaceAll(/[09]/g, "#");
}

/** Leading zeros are blanks, up to the first `0`; a group's comma stands between digits only. */
function wholePart(digits: string, elements: string): string {
  const positions = elements.replaceAll(",", "");
  const firstZero = positions.indexOf("0");
  const least = firstZero === -1 ? Math.min(1, positions.length) : positions.length - firstZero;
  const shown = positions.length === 0 ? "" : digits.padStart(least, "0");
  let left = shown.length;
  let text = "";
  for (const element of [...elements].reverse()) {
    if (element === ",") text = `${left > 0 ? "," : " "}${text}`;
    else {
      left -= 1;
      text = `${shown[left] ?? " "}${text}`;
    }
  }
  return text;
}

/** Trailing zeros are blanks, down to the last `0`. */
function fractionPart(digits: string, elements: string): string {
  if (elements === "") return "";
  const kept = digits.slice(0, elements.lastIndexOf("0") === -1 ? 0 : elements.lastIndexOf("0"));
  const rest = digits.slice(kept.length);
  const shown = rest.replace(/0+$/, "");
  return `.${kept}${shown}${" ".repeat(rest.length - shown.length)}`;
}

/** `EE` has as many digits as it needs, and no plus; longer ones have a sign and their own number of digits. */
function exponentPart(power: number, element: string): string {
  if (element === "") return "";
  const [letter = "E"] = element;
  if (element.length === 2) return `${letter}${power}`.padEnd(5, " ");
  const digits = String(Math.abs(power)).padStart(element.length - 2, "0");
  const isTooLong = digits.length > element.length - 2;
  return `${letter}${power < 0 ? "-" : "+"}${isTooLong ? "#".repeat(element.length - 2) : digits}`;
}

/** Puts the sign where it belongs, in a place of its own. */
function signed(
  text: string,
  { isNegative, format }: { readonly isNegative: boolean; readonly format: NumberFormat },
): string {
  const { isCompact, sign } = format;
  const positive = sign?.kind === "S" ? "+" : " ";
  const filled = placed(text, isNegative ? "-" : positive, sign);
  return isCompact ? filled.replaceAll(" ", "") : filled;
}

function placed(text: string, mark: string, sign: NumberFormat["sign"]): string {
  if (sign?.isBehind === true) return `${text}${mark}`;
  return sign?.kind === "MI" ? `${mark}${text}` : ` ${text}`.replace(/ (?=[^ ])/, mark);
}
