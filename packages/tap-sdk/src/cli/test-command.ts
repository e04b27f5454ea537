import {
  createSchemaCompiler,
  type Message,
  type SchemaCompiler,
  SchemaError,
  type Validator,
} from "@chorale/singer";
import { createPrinter } from "@chorale/singer/cli";
import { planStreams } from "../sync/plan.ts";
import { runSync } from "../sync/run-sync.ts";
import { schemaMessagesOf } from "../sync/schema-message.ts";
import type { Inputs } from "./command-line.ts";
import { type CliContext, readCatalogAndState, readConfig } from "./read-inputs.ts";
import { settingsSaver } from "./save-settings.ts";
import { untilSignal } from "./until-signal.ts";

/**
 * Reads one record of each selected stream and validates it; nothing is printed. A stream without records
 * is no failure. Throws `SchemaError` (65) for the first record that does not fit its schema.
 */
export async function testCommand<Config>(context: CliContext<Config>, inputs: Inputs): Promise<void> {
  const { tap, io, log } = context;
  const config = await readConfig(context, inputs);
  const { catalog, state } = await readCatalogAndState(io, inputs);
  const { select } = inputs;
  const saveSettings = settingsSaver(io, inputs);
  const examiner = new Examiner(await createSchemaCompiler());
  await untilSignal(context, (signal) =>
    runSync(
      tap,
      { config, catalog, state, select, log, signal, env: io.env, saveSettings, recordLimit: 1 },
      (message) => examiner.examine(message),
    ),
  );
  log.info("one record of each stream was read", { records: Object.fromEntries(examiner.counts) });
  if (examiner.failure !== undefined) throw examiner.failure;
}

/** Prints the SCHEMA messages of the selected streams; nothing is requested and no settings are needed. */
export async function schemasCommand<Config>(context: CliContext<Config>, inputs: Inputs): Promise<void> {
  const { tap, io } = context;
  const { catalog } = await readCatalogAndState(io, { ...inputs, state: undefined });
  const { name, streams } = tap;
  const plan = planStreams({ name, streams, catalog, select: inputs.select });
  const lines = schemaMessagesOf(plan.families).map((message) => `${JSON.stringify(message)}\n`);
  await createPrinter(io.stdout)(lines.join(""));
}

/** Validates records as they come, and counts them. */
class Examiner {
  readonly #compile: SchemaCompiler;
  readonly #validators = new Map<string, Validator>();
  readonly counts = new Map<string, number>();
  failure: SchemaError | undefined;

  constructor(compile: SchemaCompiler) {
    this.#compile = compile;
  }

  examine(message: Message): undefined {
    if (message.type === "SCHEMA") {
      this.#validators.set(message.stream, this.#compile(message.schema, { stream: message.stream }));
      this.counts.set(message.stream, 0);
    } else if (message.type === "RECORD") this.#examineRecord(message);
  }

  #examineRecord({ stream, record }: Extract<Message, { type: "RECORD" }>): void {
    this.counts.set(stream, (this.counts.get(stream) ?? 0) + 1);
    const validator = this.#validators.get(stream);
    if (validator === undefined || validator(record)) return;
    const { violations } = validator;
    const what = violations.map(({ path, message }) => `${path === "" ? "the record" : path} ${message}`);
    this.failure ??= new SchemaError(
      `${stream}: a record does not fit its schema: ${what.join("; ")}. Compare the API's answer with the schema.`,
      { stream, violations },
    );
  }
}
