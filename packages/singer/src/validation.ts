import type { ValidateFunction } from "ajv/dist/2020.js";
import { type Compile, loadAjv, type TimeRules } from "./ajv.ts";
import { SchemaError, type SchemaViolation } from "./errors.ts";
import type { JsonSchema } from "./json-schema.ts";
import { normalizeSchema } from "./json-schema-normal.ts";
import { type Logger, silentLogger } from "./log.ts";
import { hasRawNumber, withPlainNumbers } from "./plain-numbers.ts";
import { violationsOf } from "./violations.ts";

/** Tells whether a value fits a schema. It never changes the value. */
export interface Validator {
  (value: unknown): boolean;
  /** What was wrong at the last call that answered false; made when it is asked for. */
  readonly violations: readonly SchemaViolation[];
}

/** How texts with a format of time are checked. */
export type ValidationOptions = TimeRules;

/** Compiles a schema; `stream` is named in errors and warnings. */
export type SchemaCompiler = (schema: JsonSchema, options?: { stream?: string; log?: Logger }) => Validator;

/** So many compiled schemas are kept; a stream rarely has more than one. */
const maxCompiled = 500;

/**
 * Makes the compiler of schemas. A schema is normalised first (see {@link normalizeSchema}; one warning
 * names what was ignored) and compiled once per text. Schemas of several streams may carry the same `$id`.
 *
 * A validator takes values as {@link parseExact} makes them: a number kept as text counts as the number
 * that it says, an integer of any length as an integer, and 1e400 as no number. Bounds (`minimum`) are
 * compared as doubles.
 *
 * Compiling throws {@link SchemaError} for a schema that cannot be compiled at all; everything that is
 * merely odd is ignored with the warning.
 *
 * @example
 * ```ts
 * const compile = await createSchemaCompiler();
 * const isUser = compile({ type: "object", required: ["id"] }, { stream: "users" });
 * if (!isUser(record)) throw new SchemaError("users: bad record", { stream: "users", violations: isUser.violations });
 * ```
 */
export async function createSchemaCompiler(options: ValidationOptions = {}): Promise<SchemaCompiler> {
  const compile = await loadAjv({ ...options, allErrors: false });
  const compiled = new Map<string, ValidateFunction>();
  return (schema, { stream = "", log = silentLogger } = {}) => {
    const text = textOf(schema, stream);
    const known = compiled.get(text);
    if (known !== undefined) return validatorOf(known);
    const fresh = compileFor(schema, { compile, stream, log });
    const [oldest] = compiled.keys();
    if (compiled.size >= maxCompiled && oldest !== undefined) compiled.delete(oldest);
    compiled.set(text, fresh);
    return validatorOf(fresh);
  };
}

function textOf(schema: JsonSchema, stream: string): string {
  try {
    return JSON.stringify(schema);
  } catch (error) {
    throw unusable(stream, error);
  }
}

function compileFor(
  schema: JsonSchema,
  { compile, stream, log }: { compile: Compile; stream: string; log: Logger },
): ValidateFunction {
  try {
    const normal = normalizeSchema(schema);
    if (normal.ignored.length > 0) {
      log.warn(`${stream}: parts of the schema are not checked: ${normal.ignored.slice(0, 20).join(", ")}`, {
        stream,
        ignored: normal.ignored.length,
      });
    }
    return compile(normal.schema);
  } catch (error) {
    throw unusable(stream, error);
  }
}

function unusable(stream: string, cause: unknown): SchemaError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SchemaError(
    `${stream}: its schema cannot be compiled: ${reason.slice(0, 200)}. Correct the schema in the catalog, or turn validate_records off.`,
    { stream, cause },
  );
}

function validatorOf(compiled: ValidateFunction): Validator {
  let failed: () => readonly SchemaViolation[] = () => [];
  const check = (value: unknown): boolean => {
    try {
      if (compiled(hasRawNumber(value) ? withPlainNumbers(value) : value)) return true;
      const errors = compiled.errors ?? [];
      failed = () => violationsOf(errors);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failed = () => [{ path: "", message: "must not be nested so deep" }];
    }
    return false;
  };
  return Object.defineProperty(Object.assign(check, { violations: failed() }), "violations", {
    get: () => failed(),
  });
}
