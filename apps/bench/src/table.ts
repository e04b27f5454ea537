import type { CaseReport, CheckReport, VariantReport } from "./report.ts";

const header = ["", "records/s", "MB/s", "seconds", "CPU s", "peak MB", "runs"];

/** Writes a case as text: what was measured, and each comparison with its budget. */
export function tableOf(report: CaseReport): string {
  const { name, title, variants, checks, problem } = report;
  const rows = variants.length === 0 ? [] : [header, ...variants.map(variantRow)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
  return [
    `${name}: ${title}`,
    ...lines.map((line) => `  ${line}`),
    ...variants.flatMap(({ label, shares = {} }) =>
      Object.entries(shares).map(([share, value]) => `  . ${label}: ${percent(value)} ${share}`),
    ),
    ...checks.map((check) => `  ${checkLine(check)}`),
    ...(problem === undefined ? [] : [`  ! ${problem}`]),
    "",
    "",
  ].join("\n");
}

/** Writes which budgets were missed, and which cases have no result. */
export function summaryOf(reports: readonly CaseReport[]): string {
  const checks = reports.flatMap(({ checks: own }) => own);
  const judged = checks.filter(({ met }) => met !== undefined);
  const missed = reports.flatMap(({ name, checks: own }) =>
    own.filter(({ met }) => met === false).map((check) => `  ${name}: ${checkLine(check)}`),
  );
  const problems = reports.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`  ${name}: ! ${problem}`],
  );
  return [
    `${judged.length - missed.length} of ${judged.length} budgets met`,
    ...missed,
    ...problems,
    "",
  ].join("\n");
}

function variantRow(variant: VariantReport): readonly string[] {
  const { label, recordsPerSecond, megabytesPerSecond, seconds, cpuSeconds, peakMegabytes, runs } = variant;
  return [
    label,
    recordsPerSecond === 0 ? "" : Math.round(recordsPerSecond).toLocaleString("en"),
    megabytesPerSecond === 0 ? "" : megabytesPerSecond.toFixed(0),
    seconds.toFixed(3),
    cpuSeconds?.toFixed(2) ?? "",
    peakMegabytes?.toFixed(0) ?? "",
    String(runs),
  ];
}

function checkLine(check: CheckReport): string {
  const { met } = check;
  const result = met === undefined ? "" : met ? ": met" : ": MISSED";
  return `> ${valueText(check)}${result}`;
}

function valueText({ kind, of, reference = "", value, budget }: CheckReport): string {
  switch (kind) {
    case "speed":
      return `${of}: ${ratio(value)} of ${reference}${limit(budget, ">=", ratio)}`;
    case "work":
      return `${of}: ${ratio(value)} of ${reference} by CPU${limit(budget, ">=", ratio)}`;
    case "memory":
      return `${of}: ${value.toFixed(0)} MB at most, budget < ${budget ?? ""} MB`;
    case "growth":
      return `${of}: ${value.toFixed(2)}x the memory of ${reference}${limit(budget, "<=", (times) => `${times}x`)}`;
    case "delay":
      return `${of}: ${reference} + ${value.toFixed(0)} ms, budget + ${budget ?? ""} ms`;
  }
}

function limit(budget: number | undefined, sign: string, text: (value: number) => string): string {
  return budget === undefined ? "" : `, budget ${sign} ${text(budget)}`;
}

function ratio(value: number): string {
  return value < 2 ? percent(value) : `${value.toFixed(1)}x`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(0)} %`;
}
