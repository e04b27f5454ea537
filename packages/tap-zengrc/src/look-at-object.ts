import { ApiError, type JsonSchema } from "@chorale/singer";
import type { DiscoverContext, StreamFinding } from "@chorale/tap-sdk";
import type { ZengrcConfig } from "./client.ts";

/** What is known of an object before the account is asked. */
export interface KnownObject {
  readonly name: string;
  readonly isOptional: boolean;
  readonly schema: JsonSchema;
}

/** Makes the look at one page of an object: whether the account has it, and which properties join its schema. */
export function lookAtObject({ name, isOptional, schema }: KnownObject) {
  const known = new Set(Object.keys(schema.properties ?? {}));
  return async ({ http }: DiscoverContext<ZengrcConfig>): Promise<StreamFinding> => {
    const found = new Set<string>();
    try {
      const { records } = await http.records(name, { stream: name, recordsAt: "data" });
      for await (const record of records) {
        for (const property of Object.keys(record)) if (!known.has(property)) found.add(property);
      }
    } catch (error) {
      return refusalOf(error, { name, isOptional });
    }
    return { properties: Object.fromEntries([...found].map((property) => [property, {}])) };
  };
}

/**
 * A failure that may pass ends the run: without its answer columns would be missing. One that stays is left for
 * the stream to tell, which does not keep the others from running.
 */
function refusalOf(
  error: unknown,
  { name, isOptional }: Pick<KnownObject, "name" | "isOptional">,
): StreamFinding {
  if (!ApiError.isInstance(error) || error.retryable) throw error;
  if (!isOptional || error.status !== 404) return {};
  return { unavailable: `the account has no object of the name ${name} (404)` };
}
