import type { Catalog } from "@chorale/singer";
import type { Tap } from "../tap.ts";
import type { Inputs } from "./command-line.ts";
import { type CliContext, readConfig } from "./read-inputs.ts";
import { settingsSaver } from "./save-settings.ts";
import { untilSignal } from "./until-signal.ts";

/** Answers the catalog of what the account of the given settings has. A signal ends it. */
export async function discoverCommand<Config>(
  tap: Tap<Config>,
  { context, inputs }: { context: CliContext<Config>; inputs: Inputs },
): Promise<Catalog> {
  const { io, log } = context;
  const config = await readConfig(context, inputs);
  return await untilSignal(context, (signal) =>
    tap.discover({ config, log, signal, env: io.env, saveSettings: settingsSaver(io, inputs) }),
  );
}
