import { createSchemaCompiler, type Schema, SchemaError, type Validator } from "@chorale/singer";

/** Answers a body with the type of its schema. Throws `SchemaError` that names the place that does not fit. */
export type ResponseCheck = <T>(
  body: unknown,
  options: { readonly schema: Schema<T>; readonly name: string },
) => Promise<T>;

/** Makes the check of a client's answers. Properties that the schema does not list are welcome. */
export function createResponseCheck(): ResponseCheck {
  let compiler: ReturnType<typeof createSchemaCompiler> | undefined;
  return async (body, { schema, name }) => {
    compiler ??= createSchemaCompiler();
    const validator = (await compiler)(schema.json);
    if (fits(body, { schema, validator })) return body;
    const violations = validator.violations;
    const [first] = violations;
    const place = first === undefined || first.path === "" ? "its body" : first.path;
    throw new SchemaError(
      `${name} answered something else than expected: ${place} ${first?.message ?? "does not fit"}. Check the base address, or whether the API changed.`,
      { stream: "", violations },
    );
  };
}

function fits<T>(body: unknown, { validator }: { schema: Schema<T>; validator: Validator }): body is T {
  return validator(body);
}
