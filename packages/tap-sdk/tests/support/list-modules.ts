import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

// Preloaded into a process under test: writes down every module that it loads.
const urls: string[] = [];
registerHooks({
  load(url, context, next) {
    urls.push(url);
    return next(url, context);
  },
});
process.on("exit", () => {
  const path = process.env["LIST_MODULES_INTO"];
  if (path !== undefined) writeFileSync(path, urls.join("\n"));
});
