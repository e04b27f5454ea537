import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ConfigError, isObject } from "@chorale/singer";
import { type AuthContext, replaceFile } from "@chorale/tap-sdk";
import type { Settings } from "../settings.ts";

/** A pair of tokens; a refresh replaces both. */
export interface TokenPair {
  readonly accessToken: string | undefined;
  readonly refreshToken: string;
  /** Until when the access token is to be used, in milliseconds since 1970; undefined when its end is not known. */
  readonly useUntil: number | undefined;
}

/** Where the newest pair of tokens is kept. */
export interface TokenStore {
  /** Answers the newest pair. */
  load(): Promise<TokenPair>;
  /** Writes a pair, whole or not at all. Throws `ConfigError` when that does not work. */
  save(pair: TokenPair): Promise<void>;
}

/**
 * Answers where a configuration keeps its tokens: in the file that `token_store` names, else where the configuration
 * came from. Throws `ConfigError` when it is neither: a refresh would leave the next run without tokens.
 */
export function tokenStoreOf({
  config,
  kept,
  saveSettings,
}: Pick<AuthContext<Settings>, "config" | "kept" | "saveSettings">): TokenStore {
  const given: TokenPair = {
    accessToken: config.access_token === "" ? undefined : config.access_token,
    refreshToken: config.refresh_token ?? "",
    useUntil: undefined,
  };
  const { token_store: path = "" } = config;
  if (path !== "") return fileStore(path, given);
  if (saveSettings === undefined) {
    throw new ConfigError(
      'config: each use of "refresh_token" replaces it, and there is nowhere to keep the new one. Set "token_store" to the path of a file, or give the settings in one.',
    );
  }
  return {
    load: async () => pairIn(kept) ?? given,
    save: ({ accessToken = "", refreshToken }) =>
      saveSettings({ access_token: accessToken, refresh_token: refreshToken }),
  };
}

/** Remembers a pair for the later calls of a run. */
export function keepPair(
  kept: Map<string, string>,
  { accessToken = "", refreshToken, useUntil }: TokenPair,
): void {
  kept.set("access_token", accessToken);
  kept.set("refresh_token", refreshToken);
  kept.set("use_until", String(useUntil));
}

function pairIn(kept: ReadonlyMap<string, string>): TokenPair | undefined {
  const refreshToken = kept.get("refresh_token");
  if (refreshToken === undefined) return undefined;
  const useUntil = Number(kept.get("use_until"));
  return {
    refreshToken,
    accessToken: kept.get("access_token"),
    useUntil: Number.isNaN(useUntil) ? undefined : useUntil,
  };
}

function fileStore(path: string, given: TokenPair): TokenStore {
  // Tokens that stem from another refresh token than the configuration's are of a consent that was renewed since.
  const origin = createHash("sha256").update(given.refreshToken).digest("hex");
  return {
    async load() {
      const kept = await readStore(path);
      const { access_token: accessToken, refresh_token: refreshToken, use_until: useUntil } = kept;
      if (kept["origin"] !== origin || typeof refreshToken !== "string") return given;
      return {
        refreshToken,
        accessToken: typeof accessToken === "string" ? accessToken : undefined,
        useUntil: typeof useUntil === "number" ? useUntil : undefined,
      };
    },
    async save({ accessToken, refreshToken, useUntil }) {
      const kept = { origin, access_token: accessToken, refresh_token: refreshToken, use_until: useUntil };
      await replaceFile(path, `${JSON.stringify(kept, undefined, 2)}\n`);
    },
  };
}

async function readStore(path: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return {};
    throw unreadable(path, cause);
  }
  try {
    const kept: unknown = JSON.parse(text);
    if (isObject(kept)) return kept;
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw unreadable(path, undefined);
}

function unreadable(path: string, cause: unknown): ConfigError {
  // What a parser says of it may quote a token.
  const detail = cause instanceof Error && "code" in cause ? `: ${String(cause.code)}` : "";
  return new ConfigError(`token_store: cannot read ${path}${detail}. Correct or remove the file.`);
}
