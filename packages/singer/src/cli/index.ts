export * from "./about.ts";
export * from "./arguments.ts";
export * from "./cli-log.ts";
export * from "./io.ts";
export * from "./package-version.ts";
export * from "./print.ts";
