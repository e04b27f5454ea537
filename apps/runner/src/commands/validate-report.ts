import { ConnectorError } from "@chorale/singer";
import { exitCodes } from "../exit-codes.ts";
import { type LiveResult, tryOut } from "../project/live-check.ts";
import type { Problem } from "../project/place.ts";
import { problemText } from "../project/problems.ts";
import { validateProject } from "../project/validate.ts";
import type { CommandContext, GlobalOptions } from "./command-context.ts";
import { readWithProblems } from "./open-project.ts";

/** What is looked at, and how. */
export interface ValidateRequest {
  readonly names: readonly string[];
  readonly globals: GlobalOptions;
  /** How long one tap may take when taps are run; undefined when none is. */
  readonly liveSeconds: number | undefined;
}

/** What was found out. */
export interface ValidateReport {
  readonly problems: readonly Problem[];
  readonly live: readonly LiveResult[];
  readonly exitCode: number;
}

/** Validates the project that a command is about. A file that cannot be read is a finding like others. */
export async function validateReport(
  context: CommandContext,
  request: ValidateRequest,
): Promise<ValidateReport> {
  try {
    return await validated(context, request);
  } catch (error) {
    if (!ConnectorError.isInstance(error) || error.exitCode !== exitCodes.usage) throw error;
    const problem = {
      severity: "error",
      message: error.message,
      place: undefined,
      suggestion: undefined,
    } as const;
    return { problems: [problem], live: [], exitCode: exitCodes.usage };
  }
}

async function validated(
  context: CommandContext,
  { names, globals, liveSeconds }: ValidateRequest,
): Promise<ValidateReport> {
  const { project, surroundings } = await readWithProblems(context, globals);
  const { problems: found, plugins } = await validateProject(project, { surroundings, names });
  const { rulesWithoutMatch } = await import("../catalog/kept-rules.ts");
  const unmatched = await Promise.all(plugins.map((each) => rulesWithoutMatch(each, project.root)));
  const problems = [...found, ...unmatched.flat()];
  const isWrong = problems.some(({ severity }) => severity === "error");
  if (isWrong || liveSeconds === undefined)
    return { problems, live: [], exitCode: isWrong ? exitCodes.usage : exitCodes.ok };
  const live: LiveResult[] = [];
  for (const resolved of plugins.filter(({ plugin }) => plugin.type === "extractors")) {
    live.push(
      await tryOut(resolved, {
        root: project.root,
        timeoutSeconds: liveSeconds,
        signal: context.signal,
        onLogLine: (tap, line) => context.stderr(`${tap} | ${line}\n`),
      }),
    );
  }
  const failed = live.find(({ exitCode }) => exitCode !== exitCodes.ok);
  return { problems, live, exitCode: failed?.exitCode ?? exitCodes.ok };
}

/** Writes a report for programs: one JSON object. */
export function reportJson({ problems, live, exitCode }: ValidateReport): string {
  const report = {
    ok: exitCode === exitCodes.ok,
    exit_code: exitCode,
    problems: problems.map(({ severity, message, place, suggestion }) => ({
      severity,
      message,
      file: place?.file ?? null,
      line: place?.line ?? null,
      column: place?.column ?? null,
      suggestion: suggestion ?? null,
    })),
    live: live.map(({ tap, by, exitCode: code, problem }) => ({
      tap,
      by,
      exit_code: code,
      problem: problem ?? null,
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Writes a report for people: a line for each finding, and how many there are. */
export function reportText({ problems, live }: ValidateReport): string {
  const lines = problems.map((problem) =>
    problemText({ ...problem, message: `${problem.severity}: ${problem.message}` }),
  );
  const tried = live.map(({ tap, by, problem }) => problem ?? `${tap}: --${by} went well.`);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const end = `${counted(errors, "error")}, ${counted(problems.length - errors, "warning")}`;
  return `${[...lines, ...tried, end].join("\n")}\n`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
