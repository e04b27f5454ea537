import { displayPart, fullName, type OptionValue, objectKey, type Stage } from "../catalogue/model.ts";
import { checkFormatOptions } from "../copy/format-options.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { optionText, parseOption, parseOptionGroup } from "../parsing/options.ts";
import { problems } from "../problems.ts";
import { ddlAnswer } from "./answers.ts";
import { type Command, ddl, type Work } from "./command.ts";
import type { CreateMode } from "./create-table.ts";
import { type Creation, existing, parseCreation } from "./creation.ts";

type StageOptions = Pick<Stage, "encryption" | "url" | "comment">;

/** Reads CREATE STAGE, whose words are taken. */
export function parseCreateStage(cursor: Cursor, mode: CreateMode): Command {
  const creation = parseCreation(cursor, mode, 3);
  const options = parseStageOptions(cursor);
  const isTemporary = mode.kind === "TEMPORARY";
  return ddl((work) => createStage(work, { creation, options, isTemporary }));
}

async function createStage(
  { session }: Work,
  { creation, options, isTemporary }: { creation: Creation; options: StageOptions; isTemporary: boolean },
) {
  const name = session.names.place(creation.parts, "CREATE STAGE");
  session.check("CREATE STAGE", "SCHEMA", [name.database, name.schema]);
  const stages = isTemporary ? session.temporary.stages : session.account.schemaOf(name).stages;
  const key = isTemporary ? objectKey(name) : name.name;
  const former = stages.get(key);
  const answer = former === undefined ? undefined : existing(creation, fullName(name));
  if (answer !== undefined) return answer;
  stages.set(key, session.account.newStage({ owner: session.owner, isTemporary, ...options }));
  if (former !== undefined) await session.parts.files.drop(former.id);
  return ddlAnswer(`Stage area ${displayPart(name.name)} successfully created.`);
}

function parseStageOptions(cursor: Cursor): StageOptions {
  let options: StageOptions = { encryption: "SNOWFLAKE_FULL", url: null, comment: "" };
  for (let more = parseStageOption(cursor); more !== undefined; more = parseStageOption(cursor)) {
    options = { ...options, ...more };
  }
  return options;
}

function parseStageOption(cursor: Cursor): Partial<StageOptions> | undefined {
  const group = cursor.takesOneOf("ENCRYPTION", "FILE_FORMAT", "DIRECTORY", "CREDENTIALS");
  if (group !== undefined) {
    cursor.expectOperator("=");
    return groupOption(group, parseOptionGroup(cursor));
  }
  const option = parseOption(cursor);
  if (option === undefined) return undefined;
  const [name, value] = option;
  if (name === "COMMENT") return { comment: optionText(value) };
  if (name === "URL") return { url: optionText(value) };
  if (name === "STORAGE_INTEGRATION") return {};
  throw problems.invalidParameter(name);
}

function groupOption(name: string, options: ReadonlyMap<string, OptionValue>): Partial<StageOptions> {
  if (name === "FILE_FORMAT") checkFormatOptions(options);
  if (name !== "ENCRYPTION") return {};
  const type = options.get("TYPE");
  const encryption = type?.kind === "text" ? type.value : "";
  if (encryption !== "SNOWFLAKE_SSE" && encryption !== "SNOWFLAKE_FULL") {
    throw problems.invalidValue(encryption, "ENCRYPTION");
  }
  return { encryption };
}
