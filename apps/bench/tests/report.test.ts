import { describe, expect, it } from "vitest";
import type { BenchCase, Check } from "../src/bench-case.ts";
import type { Measurement } from "../src/measurement.ts";
import { reportOf } from "../src/report.ts";
import type { VariantRuns } from "../src/run-case.ts";
import { summaryOf, tableOf } from "../src/table.ts";

const run = (overrides: Partial<Measurement>): Measurement => ({
  records: 1_000,
  bytes: 2_000_000,
  seconds: 1,
  cpuSeconds: 0.5,
  peakBytes: 100e6,
  ...overrides,
});

function results(ours: readonly Measurement[], reference: readonly Measurement[]): readonly VariantRuns[] {
  return [
    { variant: { label: "ours", task: "lane" }, runs: ours },
    { variant: { label: "theirs", task: "lane" }, runs: reference },
  ];
}

function caseWith(...checks: readonly Check[]): BenchCase {
  return { name: "some", title: "something", variants: [], checks };
}

describe("reportOf", () => {
  it("answers medians", () => {
    const runs = [
      run({ seconds: 1, peakBytes: 300e6 }),
      run({ seconds: 4, cpuSeconds: 3 }),
      run({ seconds: 2 }),
    ];
    expect(reportOf(caseWith(), results(runs, runs)).variants[0]).toEqual({
      label: "ours",
      runs: 3,
      recordsPerSecond: 500,
      megabytesPerSecond: 1,
      seconds: 2,
      cpuSeconds: 0.5,
      peakMegabytes: 100,
    });
  });

  it("leaves out what a task could not measure", () => {
    const [variant] = reportOf(caseWith(), [
      { variant: { label: "ours", task: "start" }, runs: [{ records: 0, bytes: 0, seconds: 1 }] },
    ]).variants;
    expect(variant).not.toHaveProperty("cpuSeconds");
    expect(variant).not.toHaveProperty("peakMegabytes");
  });

  it.each([
    { seconds: 1.25, value: 0.8, met: true },
    { seconds: 2, value: 0.5, met: true },
    { seconds: 2.5, value: 0.4, met: false },
  ])("compares speeds: $value of the reference, $met", ({ seconds, value, met }) => {
    const check: Check = { kind: "speed", of: "ours", reference: "theirs", atLeast: 0.5 };
    const report = reportOf(caseWith(check), results([run({ seconds })], [run({})]));
    expect(report.checks).toEqual([
      { kind: "speed", of: "ours", reference: "theirs", value, budget: 0.5, met },
    ]);
  });

  it("judges no speed that has no budget", () => {
    const check: Check = { kind: "speed", of: "ours", reference: "theirs" };
    const report = reportOf(caseWith(check), results([run({})], [run({})]));
    expect(report.checks).toEqual([{ kind: "speed", of: "ours", reference: "theirs", value: 1 }]);
  });

  it.each([
    { cpuSeconds: 0.625, value: 0.8, met: true },
    { cpuSeconds: 1.25, value: 0.4, met: false },
  ])("compares work by CPU seconds: $value of the reference, $met", ({ cpuSeconds, value, met }) => {
    const check: Check = { kind: "work", of: "ours", reference: "theirs", atLeast: 0.5 };
    const report = reportOf(caseWith(check), results([run({ cpuSeconds, seconds: 9 })], [run({})]));
    expect(report.checks).toEqual([
      { kind: "work", of: "ours", reference: "theirs", value, budget: 0.5, met },
    ]);
  });

  it.each(["work", "growth"] as const)("judges no %s that has no budget", (kind) => {
    const check: Check = { kind, of: "ours", reference: "theirs" };
    const report = reportOf(caseWith(check), results([run({})], [run({})]));
    expect(report.checks).toEqual([{ kind, of: "ours", reference: "theirs", value: 1 }]);
  });

  it.each([
    { peakBytes: 199e6, value: 199, met: true },
    { peakBytes: 200e6, value: 200, met: false },
  ])("compares memory: $value MB, $met", ({ peakBytes, value, met }) => {
    const check: Check = { kind: "memory", of: "ours", belowMegabytes: 200 };
    const report = reportOf(caseWith(check), results([run({ peakBytes })], []).slice(0, 1));
    expect(report.checks).toEqual([{ kind: "memory", of: "ours", value, budget: 200, met }]);
  });

  it.each([
    { peakBytes: 120e6, met: true },
    { peakBytes: 121e6, met: false },
  ])("compares the growth of memory: $peakBytes, $met", ({ peakBytes, met }) => {
    const check: Check = { kind: "growth", of: "ours", reference: "theirs", atMost: 1.2 };
    const report = reportOf(caseWith(check), results([run({ peakBytes })], [run({})]));
    expect(report.checks[0]).toMatchObject({ value: peakBytes / 100e6, met });
  });

  it.each([
    { seconds: 1.0625, met: true },
    { seconds: 1.125, met: false },
  ])("compares delays: $seconds s, $met", ({ seconds, met }) => {
    const check: Check = { kind: "delay", of: "ours", reference: "theirs", atMostMilliseconds: 62.5 };
    const report = reportOf(caseWith(check), results([run({ seconds })], [run({})]));
    expect(report.checks[0]).toMatchObject({ value: (seconds - 1) * 1000, met });
  });

  it("refuses a check of a variant that is not there", () => {
    const check: Check = { kind: "memory", of: "nobody", belowMegabytes: 1 };
    expect(() => reportOf(caseWith(check), results([run({})], [run({})]))).toThrow("nobody");
  });
});

describe("tables", () => {
  const check: Check = { kind: "speed", of: "ours", reference: "theirs", atLeast: 0.5 };
  const missed = reportOf(caseWith(check), results([run({ seconds: 4 })], [run({})]));

  it("shows what was measured, and a budget that was missed", () => {
    expect(tableOf(missed)).toBe(
      [
        "some: something",
        "          records/s  MB/s  seconds  CPU s  peak MB  runs",
        "  ours          250     1    4.000   0.50      100     1",
        "  theirs      1,000     2    1.000   0.50      100     1",
        "  > ours: 25 % of theirs, budget >= 50 %: MISSED",
        "",
        "",
      ].join("\n"),
    );
  });

  it.each([
    { check: { kind: "work", atLeast: 0.5 }, text: "> ours: 100 % of theirs by CPU, budget >= 50 %: met" },
    { check: { kind: "work" }, text: "> ours: 100 % of theirs by CPU" },
    {
      check: { kind: "growth", atMost: 1.2 },
      text: "> ours: 1.00x the memory of theirs, budget <= 1.2x: met",
    },
    { check: { kind: "growth" }, text: "> ours: 1.00x the memory of theirs" },
  ] as const)("writes $text", ({ check, text }) => {
    const whole: Check = { ...check, of: "ours", reference: "theirs" };
    const lines = tableOf(reportOf(caseWith(whole), results([run({})], [run({})]))).split("\n");
    expect(lines).toContain(`  ${text}`);
  });

  it("sums up what was missed and what was not measured", () => {
    const met = reportOf(caseWith(check), results([run({})], [run({})]));
    const unmeasured = { name: "other", title: "", variants: [], checks: [], problem: "there is no peer." };
    expect(summaryOf([missed, met, unmeasured])).toBe(
      [
        "1 of 2 budgets met",
        "  some: > ours: 25 % of theirs, budget >= 50 %: MISSED",
        "  other: ! there is no peer.",
        "",
      ].join("\n"),
    );
  });
});
