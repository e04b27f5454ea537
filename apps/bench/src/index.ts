export { type BenchInput, runBench } from "./bench.ts";
export { serveTask } from "./task-process.ts";
