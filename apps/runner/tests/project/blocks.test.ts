import { describe, expect, it } from "vitest";
import { type Block, blocksOf } from "../../src/project/blocks.ts";
import { projectOf } from "./support.ts";

const text = `
plugins:
  extractors: [{ name: tap-a }, { name: tap-b }, { name: both }]
  loaders: [{ name: target-a }, { name: target-b }]
  mappers: [{ name: mapper, mappings: [{ name: hide }, { name: rename }] }, { name: empty }]
  utilities: [{ name: dbt, commands: { run: run, test: test } }]
  files: [{ name: dags }]
jobs:
  - { name: one, tasks: tap-a target-a }
  - { name: many, tasks: [tap-a hide target-a, [tap-b target-b, "dbt:run"], "dbt"] }
  - { name: all, tasks: [one, many] }
  - { name: round, tasks: [back] }
  - { name: back, tasks: [round] }
  - { name: mixed, tasks: ["one dbt"] }
  - { name: both, tasks: tap-a target-a }
`;

const shown = (block: Block) =>
  block.kind === "pipeline"
    ? [block.tap.name, ...block.mappings, block.target.name].join(" > ")
    : `${block.plugin.name}:${block.command ?? ""}`;

describe("the words of a command line", () => {
  it.each([
    { words: "tap-a target-a", tasks: [["tap-a > target-a"]] },
    { words: "tap-a hide rename target-b", tasks: [["tap-a > hide > rename > target-b"]] },
    {
      words: "tap-a target-a dbt:run tap-b target-b",
      tasks: [["tap-a > target-a", "dbt:run", "tap-b > target-b"]],
    },
    { words: "dbt", tasks: [["dbt:"]] },
    { words: "one", tasks: [["one", "tap-a > target-a"]] },
    {
      words: "many",
      tasks: [
        ["many", "tap-a > hide > target-a"],
        ["many", "tap-b > target-b", "dbt:run"],
        ["many", "dbt:"],
      ],
    },
    {
      words: "dbt:test one tap-b target-b",
      tasks: [["dbt:test"], ["one", "tap-a > target-a"], ["tap-b > target-b"]],
    },
    {
      words: "all",
      tasks: [
        ["one", "tap-a > target-a"],
        ["many", "tap-a > hide > target-a"],
        ["many", "tap-b > target-b", "dbt:run"],
        ["many", "dbt:"],
      ],
    },
    { words: "both target-a", tasks: [["both > target-a"]] },
  ])("$words", async ({ words, tasks }) => {
    const project = await projectOf(text);
    const found = blocksOf(project, words.split(" "));
    expect(
      found.map(({ job, blocks }) => [...(job === undefined ? [] : [job.name]), ...blocks.map(shown)]),
    ).toEqual(tasks);
  });

  it.each([
    {
      words: "",
      message:
        "nothing to run. Name a job, or a tap and a target. The project knows tap-a, tap-b, both, target-a, target-b, mapper, empty, dbt, dags, one, many, all, round, back, mixed, both.",
    },
    { words: "tap-aa target-a", message: "tap-aa: no such tap, job or command. Did you mean tap-a?" },
    {
      words: "quite-other",
      message:
        "quite-other: no such tap, job or command. The project knows tap-a, tap-b, both, dbt, dbt:run, dbt:test, one, many, all, round, back, mixed, both.",
    },
    {
      words: "tap-a",
      message:
        "after tap-a: no such target. Name a target after it. The project knows tap-a, tap-b, both, target-a, target-b, mapper, empty, dbt, dags, one, many, all, round, back, mixed, both.",
    },
    { words: "tap-a hide", message: /^after hide: no such target\./ },
    { words: "tap-a target-aa", message: "target-aa: no such target, nor a mapping. Did you mean target-a?" },
    {
      words: "tap-a tap-b target-a",
      message: "tap-b: no such target, nor a mapping. The project knows target-a, target-b, hide, rename.",
    },
    {
      words: "tap-a mapper target-a",
      message: "mapper: a mapper stands there by the name of a mapping. It has hide, rename.",
    },
    {
      words: "tap-a empty target-a",
      message: "empty: a mapper stands there by the name of a mapping. It has none.",
    },
    { words: "target-a", message: "target-a: no tap stands before this target. Name one." },
    { words: "hide target-a", message: "hide: no tap stands before this mapping. Name one." },
    { words: "dags", message: "dags: one of the files cannot be run by itself." },
    { words: "dbt:runn", message: "dbt:runn: dbt has no command runn. Did you mean run?" },
    { words: "mixed", message: "one: a job stands among other words of a task. Give it a task of its own." },
    { words: "round", message: "jobs.round: it names itself as a task. Leave that task out." },
  ])("refuses $words", async ({ words, message }) => {
    const project = await projectOf(text);
    const act = () => blocksOf(project, words.split(" ").filter(Boolean));
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
