/** What a column holds, before a dialect gives it a type of its warehouse. */
export type ColumnType =
  /** `wide` when the schema's bounds exceed 64 bits. */
  | { readonly kind: "integer"; readonly wide: boolean }
  | { readonly kind: "double" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "boolean" }
  /** `maxLength` in characters, where the schema gives one. */
  | { readonly kind: "string"; readonly maxLength?: number }
  /** A moment, stored in UTC. */
  | { readonly kind: "timestamp" }
  | { readonly kind: "date" }
  | { readonly kind: "time" }
  /** Any JSON value: objects, arrays, mixed and untyped properties. */
  | { readonly kind: "json" };

/** A property of a stream and the column that it wants. */
export interface ColumnSpec {
  /** The property's name in the record; of a flattened one the names of its path, joined by the separator. */
  readonly property: string;
  /**
   * The keys from the record down to the value of a flattened property. Rewritten lines hold it at the top,
   * under `property`; lines that are staged as they came hold it here.
   * @default [property]
   */
  readonly path?: readonly string[];
  readonly type: ColumnType;
  readonly description?: string;
  /**
   * Whether the schema lets JSON numbers into a column of kind `string` or `decimal`. Their digits are
   * kept only where the lines are rewritten.
   */
  readonly fedByNumbers?: boolean;
}
