import { boolean, object, withDefault } from "@chorale/singer";
import {
  defineTarget,
  type LaneRules,
  loadedRows,
  type TableShape,
  type TableSpec,
  type TargetSettings,
  targetSettings,
  type Warehouse,
  type WarehouseSession,
} from "@chorale/target-sdk";

interface NoopSettings extends TargetSettings {
  readonly rewrite_all: boolean;
}

const mebibyte = 1024 * 1024;

/** A target whose warehouse takes everything and keeps nothing: what is measured with it is the SDK alone. */
export const noopTarget = defineTarget<NoopSettings>({
  name: "target-noop",
  package: new URL("../package.json", import.meta.url),
  description: "Loads nothing",
  config: object({ ...targetSettings, rewrite_all: withDefault(boolean(), false) }),
  warehouse: noopWarehouse(),
});

function noopWarehouse(): Warehouse<NoopSettings> {
  return {
    connect: async ({ rewrite_all: rewriteAll }) =>
      noopSession({
        unsafeBytes: ["invalid-utf8", "unicode-escape", "nul"],
        ...(rewriteAll && { rewriteAll: "it is measured" }),
      }),
  };
}

function noopSession(lane: LaneRules): WarehouseSession {
  return {
    spool: { compression: "zstd", maxFileBytes: 64 * mebibyte },
    prepare: async (spec) => shapeOf(spec, lane),
    stage: async (batch) => ({ batch, token: batch.id }),
    commit: async (unit) => ({ rows: loadedRows(unit) }),
    discard: async () => undefined,
    readState: async () => undefined,
    close: async () => undefined,
  };
}

function shapeOf(spec: TableSpec, lane: LaneRules): TableShape {
  const columns = spec.columns.map(({ property, type }) => ({ property, name: property, type }));
  return { spec, table: spec.stream, columns, lane };
}
