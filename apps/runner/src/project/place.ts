/** Where something stands in a file of the project. */
export interface Place {
  /** The file, relative to the project's folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Something in the project that is wrong, or looks wrong. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** What is wrong, with what: one line, never with the value of a secret. */
  readonly message: string;
  readonly place: Place | undefined;
  /** What to do about it: one line. */
  readonly suggestion: string | undefined;
}

/** A value of the project and where it was written. */
export interface Placed<T = unknown> {
  readonly value: T;
  readonly place: Place;
  /** Of a list that a file has: where each of its entries stands. */
  readonly items?: readonly Place[];
}
