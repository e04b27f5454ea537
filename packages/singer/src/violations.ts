import type { ErrorObject } from "ajv/dist/2020.js";
import type { SchemaViolation } from "./errors.ts";

const maxValues = 20;
/** A record of a thousand bad columns is described well enough by some of them. */
const maxErrors = 100;

const typeWords: ReadonlyMap<unknown, string> = new Map([
  ["null", "null"],
  ["boolean", "true or false"],
  ["integer", "an integer"],
  ["number", "a number"],
  ["string", "a text"],
  ["array", "a list"],
  ["object", "an object"],
]);

const formatWords: ReadonlyMap<unknown, string> = new Map([
  ["date-time", "a date-time such as 2026-01-01T00:00:00Z"],
  ["date", "a date such as 2026-01-01"],
  ["time", "a time such as 23:59:59Z"],
  ["email", "an email address"],
  ["hostname", "a host name"],
  ["uri", "a URL"],
  ["uuid", "a UUID"],
  ["singer.decimal", "a decimal number such as 12.50"],
  ["x-singer.decimal", "a decimal number such as 12.50"],
]);

/**
 * Says in plain words what a validator found. The value itself is never quoted: it may be a secret.
 * Where a value fits none of several alternatives, what each of them wants becomes one violation.
 */
export function violationsOf(found: readonly ErrorObject[]): readonly SchemaViolation[] {
  const errors = found.slice(0, maxErrors);
  const groups = new Map<string, { path: string; wants: Set<string> }>();
  for (const error of errors) {
    if (errors.some((inner) => isAlternative(inner, error))) continue;
    const { instancePath: path } = error;
    const choice = errors.find((other) => other.instancePath === path && isAlternative(error, other));
    const key =
      choice === undefined
        ? `${path} ${error.schemaPath} ${messageOf(error)}`
        : `${path} ${choice.schemaPath}`;
    const group = groups.get(key) ?? { path, wants: new Set() };
    groups.set(key, group);
    group.wants.add(messageOf(error));
  }
  return [...groups.values()].map(({ path, wants }) => ({ path, message: joined([...wants]) }));
}

/** Whether an error is what one of the alternatives of `choice` wants. */
function isAlternative(inner: ErrorObject, choice: ErrorObject): boolean {
  const isChoice = choice.keyword === "anyOf" || choice.keyword === "oneOf";
  return isChoice && inner.schemaPath.startsWith(`${choice.schemaPath}/`);
}

function joined([first = "", ...others]: readonly string[]): string {
  return [first, ...others.map((other) => other.replace(/^must be /, ""))].join(" or ");
}

function messageOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case "type":
      return `must be ${[params["type"]]
        .flat()
        .map((name) => typeWords.get(name) ?? String(name))
        .join(" or ")}`;
    case "format":
      return `must be ${formatWords.get(params["format"]) ?? `of the format ${String(params["format"])}`}`;
    case "enum":
      return `must be one of ${listed(params["allowedValues"])}`;
    case "const":
      return `must be ${JSON.stringify(params["allowedValue"])}`;
    case "required":
    case "dependentRequired":
      return `must have ${JSON.stringify(params["missingProperty"])}`;
    case "additionalProperties":
      return `must not have ${JSON.stringify(params["additionalProperty"])}`;
    case "false schema":
      return "must not be there";
    default:
      return message ?? `must fit ${keyword}`;
  }
}

function listed(values: unknown): string {
  const list = Array.isArray(values) ? values.map((value) => JSON.stringify(value)) : [];
  return list.length > maxValues ? `${list.slice(0, maxValues).join(", ")}, …` : list.join(", ");
}
