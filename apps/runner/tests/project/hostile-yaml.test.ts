import { describe, expect, it } from "vitest";
import { lines, plugin, projectOf, values } from "./support.ts";

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

describe("a main file that is no project", () => {
  it.each([
    {
      name: "a tab for indentation",
      content: "plugins:\n\textractors: []\n",
      says: /meltano\.yml:2:\d+: cannot be read as a project file: .*[Tt]ab/,
    },
    {
      name: "a bracket that never closes",
      content: "a: 1\nplugins: [1,\n",
      says: /meltano\.yml:[23]:\d+: cannot be read/,
    },
    { name: "a quote that never closes", content: 'a: "x\n', says: /meltano\.yml:\d+:\d+: cannot be read/ },
    {
      name: "a wrong indentation",
      content: "a:\n   b: 1\n  c: 2\n",
      says: /meltano\.yml:3:\d+: cannot be read/,
    },
    { name: "two documents", content: "a: 1\n---\nb: 2\n", says: /meltano\.yml:\d+:\d+: cannot be read/ },
    {
      name: "bytes that are no UTF-8",
      content: bytes("a: 1\nb: x", [0xff, 0xfe], "\n"),
      says: "meltano.yml:2:5: cannot be read as a project file: it is no UTF-8 text. Mend it, or name another with --project.",
    },
    { name: "UTF-16", content: Buffer.from("\uFEFFa: 1\n", "utf16le"), says: "it is no UTF-8 text" },
    { name: "100,000 brackets", content: "[".repeat(100_000), says: /cannot be read as a project file/ },
    { name: "17 MB", content: "a".repeat(17 * 1024 * 1024), says: "it is larger than 16777216 bytes" },
    { name: "a list", content: "- a\n", says: 'it holds no project. It needs "plugins" and "jobs".' },
    { name: "nothing", content: "", says: "it holds no project" },
    { name: "a text", content: "hello", says: "it holds no project" },
  ])("is refused with exit code 2: $name", async ({ content, says }) => {
    await expect(projectOf({ "meltano.yml": content })).rejects.toMatchObject({
      exitCode: 2,
      message: typeof says === "string" ? expect.stringContaining(says) : expect.stringMatching(says),
    });
  });

  it.each([
    "a: ]s3cret",
    'a: "x" s3cret',
    "a: 'x' 's3cret'",
    "a: [b] s3cret",
    "s3cret\na: b",
    "a: b\n s3cret: c",
    "a: {b: c\ns3cret: d",
    "%s3cret\n---\na: [",
    "a: @s3cret",
    "a: &x *s3cret\nb: [",
    'a: "\\s3cret"',
    "a: |s3cret\n",
    "a: >9x s3cret\n",
  ])("never quotes what may be a secret: %j", async (content) => {
    const error: unknown = await projectOf(content).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exitCode: 2, message: expect.not.stringContaining("s3cret") });
  });

  it("is refused when it is not there", async () => {
    await expect(projectOf({ "other.yml": "" })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/meltano\.yml: cannot be read as a project file: ENOENT/),
    });
  });
});

describe("anchors", () => {
  it("stand for what they name, and << takes a mapping in", async () => {
    const project = await projectOf(`
common: &common { a: 1, b: { c: 2 } }
rules: &rules [users.*]
plugins:
  extractors:
    - { name: tap-x, config: { <<: *common, a: 3 }, select: *rules }
    - name: tap-y
      config:
        <<: [{ a: 4 }, *common]
        "<<x": 1
`);
    expect(project.problems).toEqual([]);
    expect(values(plugin(project, "tap-x").config)).toEqual({ a: 3, "b.c": 2, _select: ["users.*"] });
    expect(values(plugin(project, "tap-y").config)).toEqual({ a: 4, "b.c": 2, "<<x": 1 });
    expect(plugin(project, "tap-x").config.get("b.c")?.place.line).toBe(2);
  });

  it.each([
    {
      name: "that multiply",
      text: `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]\n`).join("")}`,
      told: "the anchors stand for more than 500000 values. Use fewer aliases within each other.",
    },
    {
      name: "that hold themselves",
      text: "a: &a [*a]",
      told: 'an alias has no complete anchor above it. Write & and its name at what it stands for, or put a text that begins with "*" in quotes.',
    },
    {
      name: "that are not there",
      text: "a: *nope",
      told: 'an alias has no complete anchor above it. Write & and its name at what it stands for, or put a text that begins with "*" in quotes.',
    },
    {
      name: "of a text, taken in",
      text: "a: &a text\nb: { <<: *a }",
      told: "<< stands for no mapping. Name an anchor of a mapping.",
    },
  ])("$name are an error with a place", async ({ text, told }) => {
    const started = performance.now();
    const { problems } = await projectOf(text);
    expect(
      problems.some(
        ({ message, suggestion, place }) => `${message} ${suggestion}` === told && place !== undefined,
      ),
    ).toBe(true);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("strange but readable files", () => {
  it("keeps names of JavaScript's own as names", async () => {
    const project = await projectOf(
      "plugins: { extractors: [{ name: __proto__, config: { __proto__: { polluted: 1 }, constructor: 2, list: [{ __proto__: 3 }] } }] }\nconstructor: 1",
    );
    expect(values(plugin(project, "__proto__").config)).toHaveProperty("constructor", 2);
    expect([...plugin(project, "__proto__").config.keys()]).toEqual([
      "__proto__.polluted",
      "constructor",
      "list",
    ]);
    expect(Object.hasOwn({}, "polluted")).toBe(false);
    expect(project.problems).toEqual([]);
  });

  it("takes keys as they are written", async () => {
    const project = await projectOf(
      "plugins: { extractors: [{ name: t, config: { on: 1, 2: b, null: c, 1.50: d } }] }",
    );
    expect(values(plugin(project, "t").config)).toEqual({ on: 1, "2": "b", null: "c", "1.50": "d" });
  });

  it("reads a BOM, CRLF and JSON", async () => {
    const project = await projectOf('\uFEFF{"plugins":\r\n {"loaders":\r\n  [{"name": "t"}]}}\r\n');
    expect(plugin(project, "t", "loaders").place).toEqual({ file: "meltano.yml", line: 3, column: 5 });
  });

  it.each(["a: *s3cret", "a: !s3cret", "a: [!s3cret x, *s3cret]"])(
    "never quotes a value: %s",
    async (text) => {
      const { problems } = await projectOf(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain("s3cret");
    },
  );

  it("tells of keys that are no text and of tags", async () => {
    const project = await projectOf("x: { [a]: 1 }\ny: !vault secret\nz: !!binary aGk=");
    expect(lines(project.problems)).toEqual([
      'warning 2:4 YAML: Unresolved tag. Put a text that begins with "!" in quotes.',
      "error 1:6 a key is no text. Write a name.",
    ]);
    expect(values(project.settings)).toMatchObject({ y: "secret", z: "aGk=" });
  });

  it("reads 20,000 rules in a moment", async () => {
    const rules = Array.from({ length: 20_000 }, (_, i) => `        - stream_${i}.column # comment ${i}`);
    const started = performance.now();
    const project = await projectOf(
      `plugins:\n  extractors:\n    - name: t\n      select:\n${rules.join("\n")}\n`,
    );
    const select = plugin(project, "t").config.get("_select");
    expect(select?.value).toHaveLength(20_000);
    expect(select?.items?.[19_999]).toEqual({ file: "meltano.yml", line: 20_004, column: 11 });
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
