export { type CliInput, runCli, stopSignals } from "./cli.ts";
