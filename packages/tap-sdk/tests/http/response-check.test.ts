import { array, integer, nullable, object, SchemaError, string } from "@chorale/singer";
import { describe, expect, expectTypeOf, it } from "vitest";
import { clientOf, errorOf } from "./test-client.ts";
import { json, serve } from "./test-server.ts";

const job = object({ id: string(), files: array(string()), size: nullable(integer()) });

describe("an answer with a schema", () => {
  it("is typed, and may have more than the schema lists", async () => {
    const body = { id: "j1", files: ["a"], size: null, more: { x: 1 } };
    await using server = await serve(({ response }) => json(response, body));
    const answer = await clientOf(server.origin).get("jobs/j1", { response: job });
    expectTypeOf(answer.files).toEqualTypeOf<readonly string[]>();
    expect(answer).toEqual(body);
  });

  it("may answer a POST", async () => {
    await using server = await serve(({ response }) =>
      json(response, { id: "j1", files: [] }, { status: 202 }),
    );
    const answer = await clientOf(server.origin).post("jobs", { json: { report: "lines" }, response: job });
    expect(answer.id).toBe("j1");
    expect(server.requests).toMatchObject([{ method: "POST", body: '{"report":"lines"}' }]);
  });

  it.each([
    ["a missing property", { files: [] }, 'must have "id"'],
    ["a wrong type", { id: 5, files: [] }, "/id must be"],
    ["a wrong type in a list", { id: "j", files: ["a", 7] }, "/files/1 must be"],
    ["a body that is no object", [], "its body must be"],
    ["an empty body", undefined, "its body must be"],
  ])("that does not fit says where: %s", async (_name, body, place) => {
    await using server = await serve(({ response }) => json(response, body));
    const error = await errorOf(clientOf(server.origin).get("jobs/j1", { response: job }));
    expect(SchemaError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ exitCode: 65 });
    expect(error.message).toMatch(
      new RegExp(
        `^GET ${server.origin}/jobs/j1 answered something else than expected: .*${place}.*\\. Check`,
      ),
    );
    expect(server.requests).toHaveLength(1);
  });

  it("may keep every digit of its numbers", async () => {
    await using server = await serve(({ response }) => response.end('{"total":9007199254740993}'));
    const total = object({ total: integer() });
    const answer = await clientOf(server.origin).get("x", { response: total, exactNumbers: true });
    expect(JSON.stringify(answer)).toBe('{"total":9007199254740993}');
  });
});
