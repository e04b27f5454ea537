/**
 * A number kept as it was written, because a JavaScript number cannot hold it: an integer beyond
 * 2^53, or a decimal of more than 15 to 17 digits. `JSON.stringify` writes `rawJSON` back verbatim.
 */
export interface RawNumber {
  readonly rawJSON: string;
}

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

// The two functions are part of the JavaScript of Node 22 and later, and not yet of TypeScript's library.
const json: {
  parse(text: string, reviver?: Reviver): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
} = Object.create(JSON, {});

/**
 * What may be a number that a double is not exact for: many digits, or an exponent, where a number of an
 * object or a list can begin. It looks for the place before the number, because the digits and letters of
 * most UUIDs and hashes would pass for an exponent, and a reviver makes parsing seven times slower.
 */
const riskyNumber = /[[:,\s]-?[0-9](?:[0-9.]{15}|[0-9.]*[eE])/;
/** A text that is nothing but a number has no such place. */
const bareNumber = /^-?[0-9]/;

/**
 * Parses JSON without losing a digit: every number that a double cannot hold becomes a
 * {@link RawNumber}, all others stay numbers. A text without long numbers costs one scan more than
 * `JSON.parse`. Throws the `SyntaxError` of `JSON.parse`, and a `RangeError` where long numbers stand in
 * thousands of nested lists.
 *
 * @example
 * ```ts
 * JSON.stringify(parseExact('{"lsn":9007199254740993}')); // {"lsn":9007199254740993}
 * ```
 */
export function parseExact(text: string): unknown {
  if (!riskyNumber.test(text) && !bareNumber.test(text)) return json.parse(text);
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && !isExact(value, source)
      ? json.rawJSON(source)
      : value,
  );
}

/**
 * Parses JSON and keeps the source text of every number, for those who must see how it was written.
 * Several times slower than {@link parseExact}.
 *
 * @example
 * ```ts
 * parseSource('{"price":1.10}'); // { price: RawNumber "1.10" }
 * ```
 */
export function parseSource(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined ? json.rawJSON(source) : value,
  );
}

/** Tells whether a value is a number that was kept as text. */
export function isRawNumber(value: unknown): value is RawNumber {
  return json.isRawJSON(value);
}

/**
 * Makes a number that is written exactly as `text` says. Throws a `SyntaxError` when `text` is no
 * JSON number.
 *
 * @example
 * ```ts
 * JSON.stringify({ amount: rawNumber("0.10") }); // {"amount":0.10}
 * ```
 */
export function rawNumber(text: string): RawNumber {
  if (!/^-?[0-9]/.test(text)) throw new SyntaxError(`not a JSON number: ${text}`);
  return json.rawJSON(text);
}

/** Whether the double says the same as its source text, digit by digit. */
function isExact(value: number, source: string): boolean {
  if (source.length <= 15 && !/[eE]/.test(source)) return true;
  if (!Number.isFinite(value)) return false;
  return canonicalNumber(String(value)) === canonicalNumber(source);
}

/**
 * Writes a JSON number as sign, digits without outer zeros and exponent, so that two spellings of
 * one number are one text: `1.10`, `1.1` and `11e-1` all answer `11e-1`. Every zero answers `0`.
 */
export function canonicalNumber(source: string): string {
  const match = /^(-?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/.exec(source);
  if (match === null) return source;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = withoutEndingZeros(digits);
  if (significant === "") return "0";
  const scale = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${scale}`;
}

/** A pattern would look at each run of zeros again and again: a number may be megabytes long. */
function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return digits.slice(0, end);
}
