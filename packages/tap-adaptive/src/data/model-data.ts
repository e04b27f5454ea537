import { object } from "@chorale/singer";
import type { AnyRecord, Checkpoint, StreamContext } from "@chorale/tap-sdk";
import { adaptive } from "../client.ts";
import { type Columns, json, key, text, textKey } from "../methods/columns.ts";
import { complete, separately } from "../methods/separately.ts";
import { type Sheet, sheetsOf } from "../methods/sheets.ts";
import type { AdaptiveConfig } from "../settings.ts";
import { type Call, callMethod } from "../wire/call.ts";
import { RefusedError } from "../wire/failures.ts";
import { element } from "../wire/xml.ts";
import { chosenVersions } from "./chosen-versions.ts";
import { csvOutput } from "./data-rows.ts";

type ModelContext = StreamContext<AdaptiveConfig, AnyRecord>;

const stream = "configurable_model_data";

const columns: Columns = {
  version_id: key,
  version: text,
  sheet_id: key,
  sheet: text,
  internal_id: textKey,
  is_parent: text,
  parent_id: text,
  cells: json,
};

/** The rows of modeled sheets. They may be about persons, so nobody gets them unasked. */
export const configurableModelData = adaptive.customStream({
  name: stream,
  schema: object(columns),
  keyProperties: ["version_id", "sheet_id", "internal_id"],
  selectedByDefault: false,
  records: readModels,
});

interface ModelErrand {
  readonly version: { readonly id: number; readonly name: string };
  readonly sheet: Sheet;
}

async function* readModels(context: ModelContext): AsyncGenerator<AnyRecord | Checkpoint, void, void> {
  const { config, log, signal } = context;
  const all = await sheetsOf(context, { stream, kinds: ["modeled-sheet"] });
  const { model_sheets: wanted } = config;
  const sheets = wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name));
  const versions = (await chosenVersions(context, stream)).flatMap(({ id, name }) =>
    id === undefined ? [] : [{ id, name }],
  );
  yield* separately({
    stream,
    items: versions.flatMap((version) => sheets.map((sheet) => ({ version, sheet }))),
    nameOf: ({ version, sheet }) =>
      `sheet ${JSON.stringify(sheet.name)} of version ${JSON.stringify(version.name)}`,
    read: (errand) => complete(readModel(context, errand)),
    log,
    signal,
  });
}

/** Sheets of assumptions must be asked for as global; which ones they are is not told. */
async function* readModel(context: ModelContext, errand: ModelErrand): AsyncGenerator<AnyRecord, void, void> {
  try {
    yield* readPages(context, { ...errand, isGlobal: false });
  } catch (error) {
    if (!RefusedError.isInstance(error)) throw error;
    try {
      yield* readPages(context, { ...errand, isGlobal: true });
    } catch (again) {
      // What is said of a sheet that is not global explains a missing permission better.
      throw RefusedError.isInstance(again) ? error : again;
    }
  }
}

const pageSize = 500;

async function* readPages(
  context: ModelContext,
  { version, sheet, isGlobal }: ModelErrand & { isGlobal: boolean },
): AsyncGenerator<AnyRecord, void, void> {
  const job = { number: "0", pages: 1 };
  const constants = { version_id: version.id, version: version.name, sheet_id: sheet.id, sheet: sheet.name };
  for (let page = 1; page <= job.pages; page += 1) {
    const call = {
      method: "exportConfigurableModelData",
      subject: `${stream}: page ${page} of ${JSON.stringify(sheet.name)}`,
      elements: [
        element("version", { name: version.name, isDefault: false }),
        element("job", { jobNumber: job.number, pageNumber: page, pageSize }),
        element("modeled-sheet", {
          name: sheet.name,
          isGlobal,
          includeAllColumns: true,
          useNumericIDs: false,
        }),
      ],
      read: pageReader(job),
    };
    for await (const cells of callMethod(context, call)) yield recordOf(cells, constants);
  }
}

/** Takes note of the job that further pages are of, and hands each row on as an object. */
function pageReader(job: { number: string; pages: number }): Call["read"] {
  return (put) => {
    let titles: readonly string[] = [];
    return csvOutput(
      {
        header(cells) {
          titles = cells.map((cell) => cell.trim());
        },
        row: (cells) => put(Object.fromEntries(titles.map((title, at) => [title, cells[at] ?? ""]))),
      },
      ({ attributes }) => {
        const { jobNumber = job.number, numberOfPages = "" } = attributes;
        job.number = jobNumber;
        if (/^\d+$/.test(numberOfPages)) job.pages = Number(numberOfPages);
      },
    );
  };
}

function recordOf(cells: unknown, constants: Readonly<Record<string, unknown>>): AnyRecord {
  const all = new Map(typeof cells === "object" && cells !== null ? Object.entries(cells) : []);
  return {
    ...constants,
    internal_id: all.get("InternalID") ?? "",
    is_parent: all.get("IsParent") ?? null,
    parent_id: all.get("ParentID") ?? null,
    cells,
  };
}
