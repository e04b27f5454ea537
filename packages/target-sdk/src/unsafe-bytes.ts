import { isUtf8 } from "node:buffer";
import type { UnsafeBytes } from "./warehouse.ts";

/** Every kind of bytes that may make a line unsafe. */
export const allUnsafeBytes: readonly UnsafeBytes[] = ["invalid-utf8", "unicode-escape", "nul"];

const unicodeEscape = Buffer.from("\\u");

/** Tells whether bytes of any of these kinds are among `bytes`, which begin and end where lines do. */
export function hasUnsafeBytes(bytes: Buffer, kinds: readonly UnsafeBytes[]): boolean {
  return kinds.some((kind) => isUnsafe(bytes, kind));
}

function isUnsafe(bytes: Buffer, kind: UnsafeBytes): boolean {
  switch (kind) {
    case "invalid-utf8":
      return !isUtf8(bytes);
    case "unicode-escape":
      return bytes.includes(unicodeEscape);
    case "nul":
      return bytes.includes(0);
  }
}
