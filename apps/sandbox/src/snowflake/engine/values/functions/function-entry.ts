import type { CallExpression, Expression } from "../syntax/tree.ts";
import type { Frame, Translator } from "../translator.ts";
import type { Typed } from "../typed.ts";

/** A call while it is translated. */
export interface FunctionCall {
  readonly call: CallExpression;
  readonly frame: Frame;
  readonly translator: Translator;
  /** How many arguments there are. */
  readonly count: number;
  /** Translates an argument. */
  arg(index: number): Typed;
  /** Translates all arguments from an index on. */
  rest(from: number): readonly Typed[];
  /** Answers an argument as it was written. */
  raw(index: number): Expression;
}

/** A function of Snowflake. */
export interface FunctionEntry {
  readonly least: number;
  readonly most: number;
  /** Whether it makes one value of many rows. */
  readonly isAggregate?: boolean;
  /** Whether it may stand before OVER. */
  readonly isWindow?: boolean;
  readonly translate: (call: FunctionCall) => Typed;
}

/** Functions by their names. */
export type FunctionTable = Readonly<Record<string, FunctionEntry>>;

/** Makes an entry of a function that takes so many arguments. */
export function entry(
  [least, most = least]: readonly [least: number, most?: number],
  translate: (call: FunctionCall) => Typed,
): FunctionEntry {
  return { least, most, translate };
}

/** As many arguments as one likes. */
export const unlimitedCount = Number.POSITIVE_INFINITY;
