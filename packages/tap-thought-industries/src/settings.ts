import {
  boolean,
  ConfigError,
  dateTime,
  describe,
  type Infer,
  number,
  object,
  oneOf,
  optional,
  secret,
  string,
  withDefault,
} from "@chorale/singer";
import { millisecondsOf } from "./moments.ts";

/** The settings of the tap. */
export const settings = object({
  base_url: describe(
    string(),
    "The portal's address, such as `https://university.acme.example`; `acme` stands for https://acme.thoughtindustries.com.",
  ),
  api_key: describe(secret(string()), "An API key of Settings > Security."),
  signing_key: describe(
    secret(optional(string())),
    "The key that each request is signed with as `apsig`, for the portals that want it.",
  ),
  start_date: describe(dateTime(), "The earliest event to read, where there is no state."),
  end_date: describe(optional(dateTime()), "Reads events before this moment only. Without it up to now."),
  lookback_seconds: describe(
    withDefault(number(), 3600),
    "How far before its state a run begins, for events that the API shows late.",
  ),
  window_hours: describe(
    withDefault(number(), 24),
    "How much time is read at once where there is more than a page of events. The state moves after each window.",
  ),
  resume_cursor: describe(
    withDefault(boolean(), false),
    "Keeps the last cursor of the lists, so that a run reads new rows only. Changes to old rows are then missed.",
  ),
  pii: describe(
    withDefault(oneOf("keep", "hash", "drop"), "keep"),
    "What becomes of personal data: kept, replaced by an HMAC-SHA256 of `pii_salt`, or left out.",
  ),
  pii_salt: describe(
    secret(optional(string())),
    "The secret that personal data is hashed with. Needed for `pii: hash`; the same salt gives the same hashes.",
  ),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout_seconds: describe(
    withDefault(number(), 60),
    "Seconds until an answer begins, and between two pieces of it.",
  ),
});

/** The settings as they were read. */
export type Settings = Infer<typeof settings>;

/** Reads a moment of a setting or of a state. Throws `ConfigError`, which begins with `name`, for anything else. */
export function momentOf(value: string | number, name: string): number {
  if (typeof value === "number") return value;
  const moment = millisecondsOf(value);
  if (!Number.isNaN(moment)) return moment;
  throw new ConfigError(
    `${name}: ${JSON.stringify(value)} is no date-time. Write it as 2026-01-31T00:00:00Z.`,
  );
}

/** Refuses settings that cannot work together. Throws `ConfigError` for the first of them. */
export function checkSettings(config: Settings): void {
  const { start_date: start, end_date: end, pii, pii_salt: salt = "" } = config;
  if (pii === "hash" && salt === "") {
    throw new ConfigError(
      'config: "pii" is "hash", but there is no "pii_salt". Set it to a secret of your own.',
    );
  }
  if (end !== undefined && momentOf(end, "config: end_date") <= momentOf(start, "config: start_date")) {
    throw new ConfigError(
      'config: "end_date" is not after "start_date". Set it to a later moment, or leave it out.',
    );
  }
  requireFrom(config, { name: "window_hours", least: 0.001 });
  requireFrom(config, { name: "lookback_seconds", least: 0 });
  requireFrom(config, { name: "request_timeout_seconds", least: 0.001 });
}

function requireFrom(
  config: Settings,
  { name, least }: { name: "window_hours" | "lookback_seconds" | "request_timeout_seconds"; least: number },
): void {
  if (config[name] >= least) return;
  throw new ConfigError(`config: "${name}" is ${config[name]}. Set it to ${least} or more.`);
}
