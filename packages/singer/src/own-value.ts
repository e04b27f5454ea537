/**
 * Reads a property that the object has itself. What it inherits (`constructor`, `__proto__`) counts as
 * absent, because streams, settings and properties may have any name.
 */
export function ownValue(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
