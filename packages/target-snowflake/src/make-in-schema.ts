import { createSchema, type Statement, type TableName } from "@chorale/target-sdk/sql";
import { isMissing } from "./snowflake-errors.ts";

/**
 * Makes something in a schema, and makes the schema first where it is not there: nothing may be loaded into the
 * configured one when each stream has a schema of its own.
 */
export async function makeInSchema(
  create: Statement,
  { place, run }: { readonly place: TableName; readonly run: (statement: Statement) => Promise<unknown> },
): Promise<void> {
  try {
    await run(create);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await run(createSchema(place));
    await run(create);
  }
}
