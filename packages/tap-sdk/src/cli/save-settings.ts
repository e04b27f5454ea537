import { ConfigError, isObject } from "@chorale/singer";
import type { CliIo } from "@chorale/singer/cli";
import type { SaveSettings } from "../rest-client.ts";

/**
 * Answers what writes settings back to the files that a command read them from: to the last one that has one of them,
 * else to the last one. Undefined when there is no file, and when the environment is a source, because it could win over
 * what is written.
 */
export function settingsSaver(
  io: Pick<CliIo, "readFile">,
  { config }: { readonly config: readonly string[] },
): SaveSettings | undefined {
  const last = config.at(-1);
  if (last === undefined || config.includes("ENV")) return undefined;
  return async (changes) => {
    const { replaceFile } = await import("../replace-file.ts");
    const files = await Promise.all(config.map(async (path) => ({ path, settings: await read(io, path) })));
    const names = Object.keys(changes);
    const found = files.findLast(({ settings }) => names.some((name) => name in settings)) ?? files.at(-1);
    const changed = { ...found?.settings, ...changes };
    await replaceFile(found?.path ?? last, `${JSON.stringify(changed, undefined, 2)}\n`);
  };
}

async function read(io: Pick<CliIo, "readFile">, path: string): Promise<Readonly<Record<string, unknown>>> {
  const settings: unknown = JSON.parse(await io.readFile(path));
  if (isObject(settings)) return settings;
  throw new ConfigError(`${path} holds no object of settings any more. Look at the file.`);
}
