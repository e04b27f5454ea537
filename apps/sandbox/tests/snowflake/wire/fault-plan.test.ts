import { describe, expect, it } from "vitest";
import {
  type FaultSubject,
  snowflakeFaultPlan,
  snowflakeFaults,
} from "../../../src/snowflake/wire/snowflake-faults.ts";

describe("a plan", () => {
  const subject: FaultSubject = { endpoint: "query", method: "POST", sql: "COMMIT", session: 1 };

  it("is read from JSON, with SQL as expressions that ignore case", () => {
    const rules = [
      { match: { sql: "^commit$", endpoint: "query" }, nth: [2, 3], fault: { kind: "lost-answer" } },
    ];
    const plan = snowflakeFaultPlan({ seed: 3, rules });
    const control = snowflakeFaults(plan ?? { rules: [] }, 1);
    const fired = Array.from({ length: 4 }, () => control.next(subject)?.fault.kind);
    expect(fired).toEqual([undefined, "lost-answer", "lost-answer", undefined]);
    expect(control.next({ ...subject, sql: "COMMIT WORK" })).toBeUndefined();
  });

  it.each([
    { rules: {} },
    { rules: [{ fault: { kind: "hang" } }] },
    { rules: [{ match: {}, fault: { kind: "unknown" } }] },
    { rules: [{ match: { endpoint: "nowhere" }, fault: { kind: "hang" } }] },
    { rules: [{ match: { sql: 1 }, fault: { kind: "hang" } }] },
    { rules: [{ match: {}, nth: 0, fault: { kind: "hang" } }] },
    { rules: [{ match: {}, fault: { kind: "problem" } }] },
    { seed: "x", rules: [] },
    null,
  ])("is none: %j", (value) => {
    expect(snowflakeFaultPlan(value)).toBeUndefined();
  });

  it("draws the same faults from the same seed", () => {
    const draw = (seed: number) => {
      const rule = { match: { sql: /^COMMIT$/u }, probability: 0.3, fault: { kind: "lost-answer" } } as const;
      const control = snowflakeFaults({ rules: [rule] }, seed);
      return Array.from({ length: 200 }, () => control.next(subject) !== undefined);
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const fired = draw(1).filter(Boolean).length;
    expect([fired > 30, fired < 90]).toEqual([true, true]);
  });
});
