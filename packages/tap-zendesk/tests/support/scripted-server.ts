import { type Script, type ScriptedServer, withScript as withSandboxScript } from "@chorale/sandbox";

/** What a script of Zendesk's leaves to others. */
interface ZendeskScriptOptions {
  /** Who answers for the custom fields of users and organizations, of which there are none otherwise. */
  readonly definitions?: "scripted";
}

/** An account without custom fields of its own. */
function noCustomFields(path: string): unknown {
  const [, name] = /^\/api\/v2\/(user_fields|organization_fields)$/.exec(path) ?? [];
  return name === undefined ? undefined : { [name]: [], meta: { has_more: false } };
}

/** Runs a test against a script, for answers that the stand-in never gives. */
export function withScript(
  script: Script,
  test: (server: ScriptedServer) => Promise<void>,
  { definitions }: ZendeskScriptOptions = {},
): Promise<void> {
  const aside = definitions === "scripted" ? {} : { aside: noCustomFields };
  return withSandboxScript({ script, prefix: "/api/v2/", ...aside }, test);
}
