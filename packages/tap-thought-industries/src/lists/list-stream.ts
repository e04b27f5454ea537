import { ApiError } from "@chorale/singer";
import { type AnyRecord, Checkpoint, type StreamContext } from "@chorale/tap-sdk";
import { pageOf } from "../answers.ts";
import { thoughtIndustries } from "../client.ts";
import { type PersonalData, treatmentOf } from "../personal-data.ts";
import { listFields, listSchema } from "../schemas/lists.ts";
import type { Settings } from "../settings.ts";

/** What a list is described by. */
export interface ListDefinition {
  readonly name: string;
  /** Its path below the API's. */
  readonly list: keyof typeof listFields;
  /** The key of its rows in an answer. @default the path */
  readonly recordsKey?: string;
  readonly personal: PersonalData;
}

/** Makes the stream of a list; one that resumes begins at the cursor that led to the last page it saw. */
export function listStream(definition: ListDefinition, { resumes }: { resumes: boolean }) {
  return thoughtIndustries.customStream({
    name: definition.name,
    schema: listSchema(listFields[definition.list]),
    keyProperties: ["id"],
    keepsPosition: resumes,
    records: (context) => rowsOf(definition, { context, resumes }),
  });
}

async function* rowsOf(
  { name, list, recordsKey = list, personal }: ListDefinition,
  { context, resumes }: { context: StreamContext<Settings, AnyRecord>; resumes: boolean },
): AsyncGenerator<AnyRecord | Checkpoint, void, void> {
  const treat = treatmentOf(context.config, personal);
  const kept = resumes ? context.position["cursor"] : undefined;
  const seen = new Set<string>();
  let cursor = typeof kept === "string" ? kept : undefined;
  for (;;) {
    const { body } = await context.http.request("GET", list, { searchParams: { cursor } });
    const page = pageOf(body, { key: recordsKey, stream: name });
    yield* page.records.map(treat);
    if (page.hasMore !== true || page.cursor === undefined) return;
    if (seen.has(page.cursor)) throw circle(name);
    seen.add(page.cursor);
    cursor = page.cursor;
    yield new Checkpoint({ cursor });
  }
}

function circle(stream: string): ApiError {
  return new ApiError(
    `${stream}: the API handed out a cursor a second time, so the list would never end. Ask the vendor.`,
    { method: "GET", url: "", retryable: false },
  );
}
