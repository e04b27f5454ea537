import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBScalarFunction,
  type DuckDBVector,
} from "@duckdb/node-api";
import { EngineError } from "./problem.ts";
import { momentRuntime } from "./runtime/moment-runtime.ts";
import { numberRuntime } from "./runtime/number-runtime.ts";
import type { RuntimeFunction } from "./runtime/runtime-function.ts";
import { textRuntime } from "./runtime/text-runtime.ts";
import { variantRuntime } from "./runtime/variant-runtime.ts";
import { markedProblem } from "./runtime-errors.ts";
import { answerWholeTexts } from "./whole-texts.ts";

/**
 * Registers the functions that translations call. Once for each database: its other connections have them too.
 *
 * They run on the thread of JavaScript, a chunk of rows at a time.
 */
export function registerFunctions(connection: DuckDBConnection): void {
  answerWholeTexts();
  for (const definition of [...numberRuntime, ...variantRuntime(), ...momentRuntime(), ...textRuntime()]) {
    connection.registerScalarFunction(scalarFunction(definition));
  }
}

function scalarFunction(definition: RuntimeFunction): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name: definition.name,
    parameterTypes: definition.parameters,
    returnType: definition.returns,
    ...(definition.rest !== undefined && { varArgsType: definition.rest }),
    specialHandling: true,
    volatile: definition.isVolatile === true,
    mainFunction: (info, chunk, output) => {
      try {
        answerChunk(definition, chunk, output);
        output.flush();
      } catch (error) {
        info.setError(error instanceof EngineError ? markedProblem(error) : String(error));
      }
    },
  });
}

function answerChunk(definition: RuntimeFunction, chunk: DuckDBDataChunk, output: DuckDBVector): void {
  const { call, takesNulls = false } = definition;
  const count = chunk.columnCount;
  const varying = count - (definition.constants ?? 0);
  const columns = Array.from({ length: varying }, (_, index) => chunk.getColumnValues(index));
  const row = Array.from({ length: count }, (_, index) =>
    index < varying ? null : chunk.getColumnVector(index).getItem(0),
  );
  const hasNull = !takesNulls && row.includes(null, varying);
  for (let index = 0; index < chunk.rowCount; index += 1) {
    let isNull = hasNull;
    for (let column = 0; column < varying; column += 1) {
      const value = columns[column]?.[index] ?? null;
      row[column] = value;
      isNull ||= value === null && !takesNulls;
    }
    output.setItem(index, isNull ? null : call(...row));
  }
}
