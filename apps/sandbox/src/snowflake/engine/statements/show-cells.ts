import type { Column } from "../catalogue/model.ts";
import { ltzType, type SqlType, textType } from "../values/types.ts";

/** Describes columns of text, and of moments such as `created_on`. */
export function texts(...names: readonly string[]): readonly (readonly [string, SqlType])[] {
  return names.map((name) => [name, name.endsWith("ed_on") && name !== "granted_on" ? ltzType : textType]);
}

/** Writes a moment as results have it. */
export function moment(date: Date): string {
  const milliseconds = date.getTime();
  return `${Math.floor(milliseconds / 1000)}.${String(milliseconds % 1000).padStart(3, "0")}000000`;
}

/** Writes a yes or no as SHOW does. */
export function yes(value: boolean): string {
  return value ? "Y" : "N";
}

const wireTypes: Readonly<Partial<Record<SqlType["kind"], string>>> = {
  number: "FIXED",
  float: "REAL",
  varchar: "TEXT",
};

/** Describes a column's type as SHOW COLUMNS does. */
export function typeText({ type, nullable }: Column): string {
  const name = wireTypes[type.kind] ?? type.kind.toUpperCase();
  if (type.kind === "number") {
    return JSON.stringify({ type: name, precision: type.precision, scale: type.scale, nullable });
  }
  if (type.kind === "varchar") {
    const byteLength = Math.min(type.length * 4, 16_777_216);
    return JSON.stringify({ type: name, length: type.length, byteLength, nullable, fixed: false });
  }
  if (type.kind === "binary") {
    return JSON.stringify({
      type: name,
      length: type.length,
      byteLength: type.length,
      nullable,
      fixed: true,
    });
  }
  return "scale" in type
    ? JSON.stringify({ type: name, precision: 0, scale: type.scale, nullable })
    : JSON.stringify({ type: name, nullable });
}
