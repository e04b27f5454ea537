import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { createProblems } from "../../src/project/problems.ts";
import { plainValue } from "../../src/project/tree-values.ts";
import { parseYaml } from "../../src/project/yaml-file.ts";
import { plugin, projectOf, values } from "./support.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?$/);
const scalar = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    "yes",
    "on",
    "~",
    "null",
    "2020-01-01",
    "0x1f",
    "1_000",
    "10:30",
    "<<",
    "# no",
    "- a",
    "*x",
    "&x",
    "!t",
    "$VAR",
  ),
);
const key = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,7}$/);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(key, tie("any"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;
const config = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });
const style = fc.record({
  indent: fc.integer({ min: 2, max: 6 }),
  indentSeq: fc.boolean(),
  isJson: fc.boolean(),
});

const projectShape = fc
  .record({
    taps: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    targets: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    configs: fc.array(config, { minLength: 4, maxLength: 4 }),
    rules: fc.array(fc.stringMatching(/^!?[a-z*]{1,6}\.[a-z*?]{1,6}$/), { minLength: 1, maxLength: 30 }),
    env: fc.dictionary(fc.stringMatching(/^[A-Z][A-Z_]{0,6}$/), fc.string({ maxLength: 8 }), {
      noNullPrototype: true,
    }),
    job: fc.stringMatching(/^job-[a-z]{1,5}$/),
  })
  .map(({ taps, targets, configs, rules, env, job }) => ({
    env,
    plugins: {
      extractors: taps.map((each, index) => ({ name: each, config: configs[index] ?? {}, select: rules })),
      loaders: targets.map((each) => ({ name: `to-${each}` })),
    },
    jobs: [{ name: job, tasks: taps.map((each) => `${each} to-${targets[0]}`) }],
    schedules: [{ name: `at-${job}`, interval: "5 4 * * 1-5", job }],
  }));

function printed(
  content: unknown,
  { indent, indentSeq, isJson }: { indent: number; indentSeq: boolean; isJson: boolean },
) {
  if (isJson) return JSON.stringify(content, null, indent);
  return stringify(content, { version: "1.1", indent, indentSeq, aliasDuplicateObjects: true });
}

/** As a configuration is flattened: maps go, empty ones and lists stay. */
function flat(entries: Record<string, unknown>, prefix = ""): [string, unknown][] {
  return Object.entries(entries).flatMap(([each, item]): [string, unknown][] => {
    const isMap =
      typeof item === "object" && item !== null && !Array.isArray(item) && Object.keys(item).length > 0;
    return isMap
      ? flat(Object.fromEntries(Object.entries(item)), `${prefix}${each}.`)
      : [[`${prefix}${each}`, item]];
  });
}

describe("what a generator prints", () => {
  it("reads back: any project", async () => {
    await fc.assert(
      fc.asyncProperty(projectShape, style, async (content, how) => {
        const text = printed(content, how);
        const project = await projectOf(text);
        expect(project.problems.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(values(project.env)).toEqual(content.env);
        expect([...(project.plugins.get("loaders")?.keys() ?? [])]).toEqual(
          content.plugins.loaders.map((each) => each.name),
        );
        for (const tap of content.plugins.extractors) {
          const found = plugin(project, tap.name);
          expect(values(found.config)).toEqual({
            ...Object.fromEntries(flat(tap.config)),
            _select: tap.select,
          });
          const line = text.split("\n")[found.place.line - 1] ?? "";
          expect(line.slice(found.place.column - 1)).toMatch(/^"?name"?:/);
        }
        for (const job of content.jobs)
          expect(project.jobs.get(job.name)?.tasks).toEqual(job.tasks.map((task) => task.split(" ")));
        expect([...project.schedules.values()].map(({ cron }) => cron)).toEqual(["5 4 * * 1-5"]);
      }),
      { numRuns: 60 },
    );
  });

  it("reads back: any value, and every place is within the text", () => {
    fc.assert(
      fc.property(value, style, (content, how) => {
        const text = printed(content, how);
        const problems = createProblems();
        const tree = parseYaml(Buffer.from(text), { file: "x", problems });
        if (!("kind" in tree)) throw new Error(tree.reason);
        expect(plainValue(tree)).toEqual(content);
        expect(problems.list).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("never throws, whatever the text", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.stringMatching(/^[-?:,[\]{}#&*!|>'"%@` \n\tab1~<]{0,60}$/),
    );
    fc.assert(
      fc.property(text, (content) => {
        const problems = createProblems();
        const tree = parseYaml(Buffer.from(content), { file: "x", problems });
        const total = content.split("\n").length + 1;
        for (const { place } of [...problems.list, ...("kind" in tree ? [] : [tree])]) {
          expect(place?.line).toBeGreaterThan(0);
          expect(place?.line).toBeLessThanOrEqual(total);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
