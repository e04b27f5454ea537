import type { OptionValue } from "../catalogue/model.ts";
import { checkStage, findStage, takeStage, type WrittenStage } from "../catalogue/stage-names.ts";
import { Cursor } from "../parsing/cursor.ts";
import { booleanOption, optionText, parseOptions } from "../parsing/options.ts";
import { problems } from "../problems.ts";
import { syntaxErrorAt } from "../values/problem.ts";
import { tokenize } from "../values/tokens.ts";
import { type Command, metadata } from "./command.ts";

const sourceCompressions = new Set([
  "AUTO_DETECT",
  "GZIP",
  "BZ2",
  "BROTLI",
  "ZSTD",
  "DEFLATE",
  "RAW_DEFLATE",
  "NONE",
]);
const optionNames = new Set(["PARALLEL", "AUTO_COMPRESS", "SOURCE_COMPRESSION", "OVERWRITE"]);
const blank = String.raw`(?:\s|--[^\n]*\n|/\*.*?\*/)`;
const verb = new RegExp(`^${blank}*(PUT|GET)${blank}+`, "isu");
const source = /^(?:'(file:\/\/(?:[^'\\]|''|\\.)*)'|(file:\/\/[^\s;']+))\s+/isu;

/**
 * Reads a PUT from its text: a path without quotes is no token. Answers undefined for another statement.
 *
 * GET is refused: the stand-in's files are read by what tests it.
 */
export function parsePut(sql: string): Command | undefined {
  const found = verb.exec(sql);
  if (found === null) return undefined;
  if (found[1]?.toUpperCase() === "GET") throw problems.unsupported("GET");
  const rest = sql.slice(found[0].length);
  const path = source.exec(rest);
  if (path === null) throw syntaxErrorAt({ line: 1, column: found[0].length }, rest.slice(0, 20));
  const [whole, quoted, bare = ""] = path;
  const written = quoted === undefined ? bare : quoted.replaceAll("''", "'").replaceAll(/\\(.)/gsu, "$1");
  const cursor = new Cursor(withoutLastSemicolon(tokenize(rest.slice(whole.length))));
  const stage = takeStage(cursor);
  const options = parseOptions(cursor);
  cursor.expectEnd();
  return putCommand({ source: written.slice("file://".length), stage, options: checked(options) });
}

function withoutLastSemicolon(tokens: ReturnType<typeof tokenize>): ReturnType<typeof tokenize> {
  return tokens.at(-1)?.text === ";" ? tokens.slice(0, -1) : tokens;
}

interface PutOptions {
  readonly autoCompress: boolean;
  readonly sourceCompression: string;
  readonly overwrite: boolean;
  readonly parallel: number;
}

function checked(options: ReadonlyMap<string, OptionValue>): PutOptions {
  for (const name of options.keys()) {
    if (!optionNames.has(name)) throw problems.invalidParameter(name);
  }
  const parallel = optionText(options.get("PARALLEL") ?? { kind: "word", value: "4" });
  if (!/^\d{1,2}$/u.test(parallel) || Number(parallel) < 1) throw problems.invalidValue(parallel, "PARALLEL");
  const compression = optionText(options.get("SOURCE_COMPRESSION") ?? { kind: "word", value: "AUTO_DETECT" });
  if (!sourceCompressions.has(compression.toUpperCase())) {
    throw problems.invalidValue(compression, "SOURCE_COMPRESSION");
  }
  return {
    autoCompress: booleanOption(options, "AUTO_COMPRESS", true),
    sourceCompression: compression.toLowerCase(),
    overwrite: booleanOption(options, "OVERWRITE", false),
    parallel: Number(parallel),
  };
}

function putCommand({
  source,
  stage: written,
  options,
}: {
  source: string;
  stage: WrittenStage;
  options: PutOptions;
}): Command {
  return metadata(async ({ session }) => {
    const found = findStage(session, written);
    checkStage(session, found, "WRITE");
    const { stage, path } = found;
    if (stage.url !== null) throw problems.unsupported("PUT into an external stage");
    return {
      kind: "put",
      sources: [source],
      stage: {
        stageId: stage.id,
        path: path === "" || path.endsWith("/") ? path : `${path}/`,
        isEncrypted: stage.encryption === "SNOWFLAKE_FULL",
      },
      ...options,
    };
  });
}
