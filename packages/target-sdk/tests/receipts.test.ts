import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Hold, Receipts } from "../src/receipts.ts";

describe("Receipts", () => {
  it("answers a state that nothing holds back", () => {
    const receipts = new Receipts();
    receipts.receive({ sequence: 1, text: "a" });
    expect(receipts.take()).toBe("a");
    expect(receipts.take()).toBeUndefined();
  });

  it("answers only the newest of the states that are due", () => {
    const receipts = new Receipts();
    const hold = receipts.hold(1);
    receipts.receive({ sequence: 2, text: "a" });
    receipts.receive({ sequence: 3, text: "b" });
    expect(receipts.take()).toBeUndefined();
    receipts.release(hold);
    expect(receipts.take()).toBe("b");
    expect(receipts.take()).toBeUndefined();
  });

  it("answers the state before the oldest hold, whichever is released first", () => {
    const receipts = new Receipts();
    const first = receipts.hold(1);
    receipts.receive({ sequence: 2, text: "a" });
    const second = receipts.hold(3);
    receipts.receive({ sequence: 4, text: "b" });
    receipts.release(second);
    expect(receipts.take()).toBeUndefined();
    receipts.release(first);
    expect(receipts.take()).toBe("b");
  });

  it("does not answer the same text twice in a row", () => {
    const receipts = new Receipts();
    receipts.receive({ sequence: 1, text: "a" });
    expect(receipts.take()).toBe("a");
    receipts.receive({ sequence: 2, text: "a" });
    expect(receipts.take()).toBeUndefined();
    receipts.receive({ sequence: 3, text: "b" });
    expect(receipts.take()).toBe("b");
    receipts.receive({ sequence: 4, text: "a" });
    expect(receipts.take()).toBe("a");
  });

  it("keeps one state for each hold at most, however many come", () => {
    const receipts = new Receipts();
    receipts.hold(0);
    const holds = Array.from({ length: 1000 }, (_, index) => {
      receipts.receive({ sequence: 2 * index + 1, text: `${index}` });
      return receipts.hold(2 * index + 2);
    });
    expect(receipts.waiting).toBe(1000);
    for (const hold of holds.slice(0, 990)) receipts.release(hold);
    expect(receipts.waiting).toBe(10);
    for (let index = 0; index < 1000; index += 1) receipts.receive({ sequence: 3000 + index, text: "x" });
    expect(receipts.waiting).toBe(11);
  });

  /** The rule in its plainest form: everything is remembered, nothing is cleverly forgotten. */
  class Model {
    readonly holds = new Set<number>();
    readonly states: { sequence: number; text: string }[] = [];
    taken: { sequence: number; text: string } | undefined;

    take(): string | undefined {
      const oldest = Math.min(Number.POSITIVE_INFINITY, ...this.holds);
      const due = this.states.filter(({ sequence }) => sequence < oldest).at(-1);
      if (due === undefined || due.sequence <= (this.taken?.sequence ?? -1)) return undefined;
      const isNews = due.text !== this.taken?.text;
      this.taken = due;
      return isNews ? due.text : undefined;
    }
  }

  const step = fc.oneof(
    fc.record({ kind: fc.constant("hold" as const) }),
    fc.record({ kind: fc.constant("release" as const), which: fc.nat({ max: 50 }) }),
    fc.record({ kind: fc.constant("receive" as const), text: fc.constantFrom("a", "b", "c", "d") }),
    fc.record({ kind: fc.constant("take" as const) }),
  );

  it("answers what the plain rule answers, for any schedule", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const receipts = new Receipts();
        const model = new Model();
        const open: { hold: Hold; sequence: number }[] = [];
        for (const [sequence, action] of steps.entries()) {
          if (action.kind === "hold") {
            open.push({ hold: receipts.hold(sequence), sequence });
            model.holds.add(sequence);
          } else if (action.kind === "receive") {
            receipts.receive({ sequence, text: action.text });
            model.states.push({ sequence, text: action.text });
          } else if (action.kind === "release") {
            const [released] = open.splice(action.which % Math.max(1, open.length), 1);
            if (released === undefined) continue;
            receipts.release(released.hold);
            model.holds.delete(released.sequence);
          } else {
            expect(receipts.take()).toBe(model.take());
          }
          expect(receipts.waiting).toBeLessThanOrEqual(open.length + 1);
        }
        expect(receipts.take()).toBe(model.take());
      }),
      { numRuns: 500 },
    );
  });
});
