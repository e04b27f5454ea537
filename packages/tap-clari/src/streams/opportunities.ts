import { array, fromJsonSchema, isObject, nullable, object, SchemaError, string } from "@chorale/singer";
import type { AnyRecord, HttpClient } from "@chorale/tap-sdk";
import { type ClariConfig, clari } from "../client.ts";

const name = "opportunities";
const json = fromJsonSchema<object>({ type: "object" });
/** As many as a request may name. */
const idsPerRequest = 100;

/** The opportunities of the settings; those that Clari does not have are left out by it. */
export const opportunities = clari.pagedStream({
  name,
  schema: object({ id: string(), crmScore: nullable(json), fields: nullable(array(json)) }),
  keyProperties: ["id"],
  discover: async ({ config }) =>
    config.opportunity_ids.length > 0 ? {} : { unavailable: "no opportunity_ids are set" },
  pages: async function* ({ http, config }) {
    const ids = [...new Set(config.opportunity_ids)];
    for (let start = 0; start < ids.length; start += idsPerRequest) {
      yield { records: await readSome(http, { ids: ids.slice(start, start + idsPerRequest), config }) };
    }
  },
});

async function readSome(
  http: HttpClient,
  { ids, config }: { ids: readonly string[]; config: ClariConfig },
): Promise<readonly AnyRecord[]> {
  const searchParams = { oppId: ids, mode: config.opportunity_mode };
  const { body } = await http.request("GET", "opportunity", { searchParams });
  // Documented is the list itself; other programs read it from an object.
  const list: unknown = isObject(body) ? body["opportunities"] : body;
  if (Array.isArray(list)) return list.filter((row) => isObject(row));
  throw new SchemaError(`${name}: the answer holds no opportunities. Look whether the API changed.`, {
    stream: name,
  });
}
