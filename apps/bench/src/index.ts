export { type BenchInput, runBench } from "./bench.ts";
export { serveStandIn } from "./snowflake/stand-in-process.ts";
export { serveTask } from "./task-process.ts";
