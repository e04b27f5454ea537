import { problems } from "../problems.ts";
import type { Token } from "../values/tokens.ts";

/** The functions that Snowflake's page on transforming data during a load names. */
const supported = new Set(
  (
    "ARRAY_CONSTRUCT ARRAY_SIZE ASCII BASE64_DECODE_BINARY BASE64_DECODE_STRING BASE64_ENCODE BIT_LENGTH CASE CAST " +
    "CHAR CHARINDEX CHR COALESCE CONCAT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATE_FROM_PARTS DECODE " +
    "ENDSWITH EQUAL_NULL GET GET_PATH HEX_DECODE_BINARY HEX_DECODE_STRING HEX_ENCODE IFF IFNULL ILIKE IN IS_NULL_VALUE " +
    "LEFT LENGTH LEN LIKE LOWER LPAD LTRIM MD5 MD5_HEX MD5_BINARY NULLIF NVL NVL2 OBJECT_CONSTRUCT PARSE_JSON POSITION " +
    "RANDOM REPLACE REVERSE RIGHT RPAD RTRIM SHA1 SHA1_HEX SHA2 SHA2_HEX SPLIT SPLIT_PART STARTSWITH STRIP_NULL_VALUE " +
    "SUBSTR SUBSTRING SYSDATE TO_ARRAY TO_BINARY TO_BOOLEAN TO_CHAR TO_DATE TO_DECIMAL TO_DOUBLE TO_NUMBER TO_NUMERIC " +
    "TO_OBJECT TO_TIME TO_TIMESTAMP TO_TIMESTAMP_LTZ TO_TIMESTAMP_NTZ TO_TIMESTAMP_TZ TO_VARCHAR TO_VARIANT TRIM " +
    "TRY_BASE64_DECODE_BINARY TRY_BASE64_DECODE_STRING TRY_CAST TRY_HEX_DECODE_BINARY TRY_HEX_DECODE_STRING " +
    "TRY_PARSE_JSON TRY_TO_BINARY TRY_TO_BOOLEAN TRY_TO_DATE TRY_TO_DECIMAL TRY_TO_DOUBLE TRY_TO_NUMBER TRY_TO_NUMERIC " +
    "TRY_TO_TIME TRY_TO_TIMESTAMP TRY_TO_TIMESTAMP_LTZ TRY_TO_TIMESTAMP_NTZ TRY_TO_TIMESTAMP_TZ UPPER UUID_STRING ZEROIFNULL"
  ).split(" "),
);

/** Words that parentheses may follow though they are no functions. */
const operators = new Set(["AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "IN", "BETWEEN", "AS"]);

/** Refuses subqueries, windows and functions that a load has no use for. */
export function refuseUnsupported(tokens: readonly Token[]): void {
  for (const [index, { kind, value }] of tokens.entries()) {
    if (kind !== "word") continue;
    if (["SELECT", "OVER", "WITHIN", "DISTINCT"].includes(value)) throw refused(value);
    const isCall = tokens[index + 1]?.text === "(" && !isType(tokens, index) && !operators.has(value);
    if (isCall && !supported.has(value)) throw refused(value);
  }
}

/** Whether a word is a cast's type, or a key of a path. */
function isType(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  return (
    before?.text === "::" ||
    before?.text === ":" ||
    before?.text === "." ||
    (before?.kind === "word" && before.value === "AS")
  );
}

function refused(name: string): Error {
  return problems.other("002128", "0A000", `Function '${name}' is not supported in a COPY transformation.`);
}
