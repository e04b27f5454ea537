const schema = {
  type: "SCHEMA",
  stream: "users",
  schema: { type: "object", properties: { id: { type: "integer" }, name: { type: "string" } } },
  key_properties: ["id"],
};

/** What a feed is made of. */
export interface Feed {
  /** The last record that is loaded already. */
  readonly after?: number;
  /** The last record; without one there is no end. */
  readonly last?: number;
  /** How many records lie between two states. */
  readonly statesEvery: number;
}

/** Messages of numbered users; a state says which was the last. */
export function* usersFeed({
  after = 0,
  last = Number.POSITIVE_INFINITY,
  statesEvery,
}: Feed): Generator<string> {
  yield `${JSON.stringify(schema)}\n`;
  for (let id = after + 1; id <= last; id += 1) {
    const record = { type: "RECORD", stream: "users", record: { id, name: `user ${id} `.repeat(10) } };
    yield `${JSON.stringify(record)}\n`;
    if (id % statesEvery === 0) yield `${JSON.stringify({ type: "STATE", value: { seen: id } })}\n`;
  }
}

/** The last record before a state. */
export function seenIn(state: string | undefined): number {
  const { seen }: { seen: number } = state === undefined ? { seen: 0 } : JSON.parse(state);
  return seen;
}
