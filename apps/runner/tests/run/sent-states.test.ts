import { describe, expect, it } from "vitest";
import { stateIn } from "../../src/run/canonical-text.ts";
import { SentStates } from "../../src/run/sent-states.ts";

function sent(...values: string[]): SentStates {
  const states = new SentStates();
  for (const value of values) states.add(Buffer.from(`{"type":"STATE","value":${value}}`));
  return states;
}

describe("sent states", () => {
  it("are acknowledged by what says the same, in any spelling", () => {
    const states = sent('{"b":{"x":1,"y":[1.50,null]},"z":"é"}');
    expect(states.isAcknowledged).toBe(false);
    expect(states.acknowledge('{ "z":"\\u00e9", "b": {"y":[1.5,null],"x":1e0} }')).toBe("expected");
    expect(states.isAcknowledged).toBe(true);
  });

  it.each([
    ['{"id":9007199254740993}', '{"id":9007199254740992}'],
    ['{"id":0.1234567890123456789}', '{"id":0.1234567890123456788}'],
    ['{"id":"1"}', '{"id":1}'],
    ['{"id":[1,2]}', '{"id":[2,1]}'],
    ['{"id":null}', '{"id":{}}'],
    ['{"id":1}', '{"id":1,"more":2}'],
  ])("tell %s from %s", (value, other) => {
    const states = sent(value);
    expect(states.acknowledge(other)).toBe("reshaped");
    expect(states.isAcknowledged).toBe(false);
    expect(states.acknowledge(value)).toBe("expected");
  });

  it("come back in their order: one from before is older", () => {
    const states = sent('{"n":1}', '{"n":2}', '{"n":3}');
    expect(states.acknowledge('{"n":2}')).toBe("expected");
    expect(states.acknowledge('{"n":2}')).toBe("expected");
    expect(states.acknowledge('{"n":1}')).toBe("older");
    expect(states.isAcknowledged).toBe(false);
    expect(states.acknowledge('{"n":3}')).toBe("expected");
    expect(states.isAcknowledged).toBe(true);
  });

  it("may be the same twice: the later one counts", () => {
    const states = sent('{"n":1}', '{"n":2}', '{"n":1}');
    for (const value of ['{"n":1}', '{"n":2}', '{"n":1}']) expect(states.acknowledge(value)).toBe("expected");
    expect(states.isAcknowledged).toBe(true);
  });

  it.each([{ values: ['{"n":1}', '{"n":1}'] }, { values: ['{"n":1}', '{"n":2}', '{"n":1}'] }])(
    "may be the same twice, and the target hands only the last of $values back",
    ({ values }) => {
      const states = sent(...values);
      expect(states.acknowledge('{"n":1}')).toBe("expected");
      expect(states.isAcknowledged).toBe(true);
    },
  );

  it.each(["{}", '{"level":"info"}'])("are not what shares no key with them: %s", (other) => {
    expect(sent('{"bookmarks":{}}').acknowledge(other)).toBe("foreign");
  });

  it("are acknowledged when there are none", () => {
    expect(sent().isAcknowledged).toBe(true);
    expect(sent().acknowledge('{"bookmarks":{}}')).toBe("foreign");
  });

  it("are bounded in memory, and the last of very many is still known", () => {
    const states = new SentStates();
    for (let n = 1; n <= 50_000; n += 1) states.add(Buffer.from(`{"type":"STATE","value":{"n":${n}}}`));
    expect(states.count).toBe(50_000);
    expect(states.acknowledge('{"n":3}')).toBe("expected");
    expect(states.isAcknowledged).toBe(false);
    expect(states.acknowledge('{"n":50000}')).toBe("expected");
    expect(states.isAcknowledged).toBe(true);
  });

  it("may each be larger than what is remembered", () => {
    const states = new SentStates();
    const value = (n: number) => `{"n":${n},"t":"${"x".repeat(12 * 2 ** 20)}"}`;
    for (let n = 1; n <= 3; n += 1) states.add(Buffer.from(`{"type":"STATE","value":${value(n)}}`));
    expect(states.acknowledge(value(3))).toBe("expected");
    expect(states.isAcknowledged).toBe(true);
  });
});

describe("a state in a line", () => {
  it.each([
    ['{"at":1.0,"x":[1e5,-0,0.10],"id":12345678901234567890}'],
    ['{"bookmarks":{"users":{"replication_key_value":1700000000.50}}}'],
  ])("keeps each number as it was written: %s", (text) => {
    expect(stateIn(text)).toBe(text);
    expect(stateIn(`{"type":"STATE","value":${text}}`)).toBe(text);
  });

  it.each(["1", "[]", "null", '"x"', "{", ""])("is none in %s", (text) => {
    expect(stateIn(text)).toBeUndefined();
  });
});
