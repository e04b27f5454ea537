import { versionOf } from "./export-data.ts";
import { sheets } from "./metadata.ts";
import { Refusal } from "./problems.ts";
import { childOf } from "./request-rules.ts";
import type { AdaptiveStore } from "./store.ts";
import { cdata, tag, type XmlElement } from "./xml.ts";

/** The pages of modeled sheets. A job is what a first page was asked for. */
export class ModelJobs {
  readonly #jobs = new Map<string, string>();
  #last = 8840;

  /** Answers a page of a sheet's rows. Throws a `Refusal` for what does not exist. */
  page(call: XmlElement, store: AdaptiveStore): string {
    const version = versionOf(call, store);
    const sheet = sheetOf(call);
    const { jobNumber = "", pageNumber = "1", pageSize = "" } = childOf(call, "job")?.attributes ?? {};
    const size = Number(pageSize);
    if (!Number.isInteger(size) || size < 1) throw new Refusal("error-invalid-job", "Invalid page size.");
    const what = JSON.stringify([version.id, sheet, size]);
    const job = pageNumber === "1" && jobNumber === "0" ? this.#start(what) : jobNumber;
    if (this.#jobs.get(job) !== what) throw new Refusal("error-invalid-job", `Invalid job: ${job}`);
    const first = (Number(pageNumber) - 1) * size;
    const count = Math.max(0, Math.min(size, store.modelRows - first));
    const rows = Array.from({ length: count }, (_, index) => rowOf(first + index, version.id));
    const csv = [header, ...rows, ""].join("\n");
    const pages = Math.max(1, Math.ceil(store.modelRows / size));
    return tag("data", { jobNumber: job, ...(pages === 1 ? {} : { numberOfPages: pages }) }, [cdata(csv)]);
  }

  #start(what: string): string {
    this.#last += 1;
    this.#jobs.set(String(this.#last), what);
    return String(this.#last);
  }
}

const header = "InternalID,Level,Name,Start Date,Share %,IsParent,ParentID,Jan-2026";

function rowOf(index: number, version: number): string {
  return `"S${100 + index}","BC - ${version}","Pat ""${index}"" Sample","8/28/2025","${index}.000000000","","",""`;
}

/** The sheet of rates is one of assumptions, which must be asked for as global. */
function sheetOf(call: XmlElement): string {
  const { name, isGlobal = "false" } = childOf(call, "modeled-sheet")?.attributes ?? {};
  const sheet = sheets.find((each) => each.kind === "modeled-sheet" && each.name === name);
  if (sheet === undefined || (isGlobal === "true") !== (sheet.id === 4)) {
    throw new Refusal("error-invalid-sheet", `Invalid sheet: ${name ?? ""}`);
  }
  return sheet.name;
}
