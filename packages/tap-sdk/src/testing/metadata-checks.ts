import assert from "node:assert/strict";
import { createSchemaCompiler, isObject, type JsonSchema, parseCatalog } from "@chorale/singer";
import type { TapCheck } from "./tap-checks.ts";
import type { TapLab } from "./tap-lab.ts";

/** What a tap says of itself. */
export function metadataChecks<Config>(lab: TapLab<Config>): readonly TapCheck[] {
  return [
    { name: "says what it is", verify: () => aboutIsComplete(lab) },
    { name: "shows no default of a secret setting", verify: () => secretsHaveNoDefault(lab) },
    { name: "discovers the same catalog each time", verify: () => discoveryIsStable(lab) },
    { name: "has streams whose keys are in their schemas", verify: () => keysAreDeclared(lab) },
    { name: "has schemas that compile", verify: () => schemasCompile(lab) },
  ];
}

async function aboutIsComplete<Config>({ tap, names }: TapLab<Config>): Promise<void> {
  const about = await tap.about();
  assert.equal(about.name, tap.name);
  assert.match(about.version, /^\d+\.\d+\.\d+/);
  assert.notEqual(about.description, "");
  assert.deepEqual(
    about.streams.map(({ name }) => name),
    names,
  );
  for (const capability of ["catalog", "discover", "state", "about", "test"]) {
    assert.ok(about.capabilities.includes(capability), `capability ${capability}`);
  }
  assert.equal(about.settings.type, "object");
}

async function secretsHaveNoDefault<Config>({ tap }: TapLab<Config>): Promise<void> {
  const { settings } = await tap.about();
  assert.deepEqual(exposedSecrets(settings), []);
}

function exposedSecrets(schema: JsonSchema, path = ""): readonly string[] {
  const own = schema.secret === true && "default" in schema ? [path] : [];
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return [...own, ...properties.flatMap(([name, each]) => exposedSecrets(each, `${path}.${name}`))];
}

async function discoveryIsStable<Config>({ tap, options, names }: TapLab<Config>): Promise<void> {
  const catalog = await tap.discover();
  assert.deepEqual(await tap.discover(), catalog);
  assert.deepEqual(parseCatalog(JSON.stringify(catalog)), catalog);
  assert.deepEqual(
    catalog.streams.map((entry) => entry.tap_stream_id),
    options.expectedStreams ?? names,
  );
}

async function keysAreDeclared<Config>({ tap }: TapLab<Config>): Promise<void> {
  for (const { name, schema, keyProperties, replicationKey } of tap.streams) {
    const declared = new Set(Object.keys(schema.json.properties ?? {}));
    const keys = replicationKey === undefined ? keyProperties : [...keyProperties, replicationKey];
    assert.deepEqual(
      keys.filter((key) => !declared.has(key)),
      [],
      `${name}: keys that its schema does not declare`,
    );
  }
}

async function schemasCompile<Config>({ tap }: TapLab<Config>): Promise<void> {
  const compile = await createSchemaCompiler();
  for (const { name, schema } of tap.streams) {
    const warnings: string[] = [];
    const put = (message: string): void => {
      warnings.push(message);
    };
    compile(schema.json, { stream: name, log: { debug: put, info: put, warn: put, error: put } });
    assert.deepEqual(warnings, [], `${name}: warnings of the compiler`);
  }
}
