import type { SuiteCase } from "../suite-case.ts";
import { basicCases } from "./basics.ts";
import { batchCases } from "./batches.ts";
import { deleteCases } from "./deletes.ts";
import { evolutionCases } from "./evolution.ts";
import { existingTableCases } from "./existing-tables.ts";
import { keyCases } from "./keys.ts";
import { momentCases } from "./moments.ts";
import { nameCases } from "./names.ts";
import { numberCases } from "./numbers.ts";
import { refusalCases } from "./refusals.ts";
import { replacingCases } from "./replacing.ts";
import { spellingCases } from "./spellings.ts";
import { stateTableCases } from "./state-table.ts";
import { stateCases } from "./states.ts";
import { textCases } from "./texts.ts";
import { severalStreamCases } from "./users-and-locations.ts";
import { versionCases } from "./versions.ts";

/** Every case of the suite, by theme. */
export const targetTestCases: Readonly<Record<string, readonly SuiteCase[]>> = {
  "plain data": basicCases,
  spellings: spellingCases,
  "several streams": severalStreamCases,
  refusals: refusalCases,
  keys: keyCases,
  names: nameCases,
  "changing schemas": evolutionCases,
  "existing tables": existingTableCases,
  numbers: numberCases,
  texts: textCases,
  moments: momentCases,
  deletes: deleteCases,
  versions: versionCases,
  "older and newer": replacingCases,
  states: stateCases,
  "state table": stateTableCases,
  "BATCH messages": batchCases,
};
