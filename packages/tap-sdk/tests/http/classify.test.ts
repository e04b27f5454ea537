import { describe, expect, it } from "vitest";
import { classifyAnswer, classifyByStatus } from "../../src/http/classify.ts";
import type { Classify, Verdict } from "../../src/http/http-client.ts";

const table: readonly (readonly [number, Verdict])[] = [
  [200, "success"],
  [201, "success"],
  [202, "success"],
  [204, "success"],
  [299, "success"],
  [300, "fail"],
  [301, "fail"],
  [304, "fail"],
  [400, "fail"],
  [401, "unauthorized"],
  [402, "fail"],
  [403, "fail"],
  [404, "fail"],
  [405, "fail"],
  [407, "fail"],
  [408, "retry"],
  [409, "retry"],
  [410, "fail"],
  [418, "fail"],
  [422, "fail"],
  [425, "retry"],
  [429, "rate-limited"],
  [451, "fail"],
  [500, "retry"],
  [501, "retry"],
  [502, "retry"],
  [503, "retry"],
  [504, "retry"],
  [520, "retry"],
  [521, "retry"],
  [522, "retry"],
  [523, "retry"],
  [524, "retry"],
  [599, "retry"],
];

describe("an answer's verdict by its status", () => {
  it.each(table)("%i is %s", (status, verdict) => {
    expect(classifyByStatus(status)).toBe(verdict);
    expect(classifyAnswer({ status, headers: {}, text: "" }, [])).toBe(verdict);
    expect(classifyAnswer({ status, headers: {}, text: "" }, [undefined, () => undefined])).toBe(verdict);
  });
});

describe("overriding tables", () => {
  const answer = { status: 400, headers: { "x-kind": "late" }, text: "Page still not yet cached" };
  it.each<[string, readonly (Classify | undefined)[], Verdict]>([
    ["the first with an opinion wins", [() => "skip", () => "retry"], "skip"],
    ["no opinion asks the next", [() => undefined, () => "retry"], "retry"],
    ["an absent table asks the next", [undefined, () => "rate-limited"], "rate-limited"],
    ["no opinion at all leaves it to the status", [() => undefined], "fail"],
  ])("%s", (_name, tables, verdict) => {
    expect(classifyAnswer(answer, tables)).toBe(verdict);
  });

  it("sees status, headers and text", () => {
    const seen: unknown[] = [];
    classifyAnswer(answer, [(summary) => void seen.push(summary)]);
    expect(seen).toEqual([answer]);
  });
});
