import { type Script, type ScriptedServer, withScript as withSandboxScript } from "@chorale/sandbox";

/** Runs a test against a script, for answers that the stand-in never gives. */
export function withScript(script: Script, test: (server: ScriptedServer) => Promise<void>): Promise<void> {
  return withSandboxScript({ script }, test);
}
