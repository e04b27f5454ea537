import { castTo } from "./casts.ts";
import type { CastContext } from "./moment-casts.ts";
import { invalidArgumentTypes } from "./problem.ts";
import { commonType, type Typed, untypedNull } from "./typed.ts";
import { typeName } from "./types.ts";

/** Casts values to the type that holds all of them. Throws 001044 where none does. */
export function unified(values: readonly Typed[], name: string, context: CastContext): readonly Typed[] {
  const [first = untypedNull, ...others] = values;
  if (values.every((value) => value.isUntyped === true)) return values;
  const all = others.reduce<Typed>((left, right) => {
    const type = commonType(left, right);
    if (type === undefined)
      throw invalidArgumentTypes(
        name,
        values.map((value) => typeName(value.type)),
      );
    const isUntyped = left.isUntyped === true && right.isUntyped === true;
    return { sql: "", type, isUntyped };
  }, first);
  return values.map((value) => castTo(value, all.type, context));
}
