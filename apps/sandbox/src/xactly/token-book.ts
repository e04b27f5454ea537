import { type Answer, jsonAnswer } from "../answer.ts";
import { badCredentials, badRequest, methodNotAllowed } from "./problems.ts";
import type { XactlyRequest } from "./xactly-request.ts";

/** Who may call. */
export interface XactlyCredential {
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  readonly consumer: string;
}

/** How tokens are given out. */
export interface TokenOptions {
  readonly credential: XactlyCredential;
  /** How long a token is good. */
  readonly lifetimeMs: number;
  /** Whether the answer says so. */
  readonly tellsExpiry: boolean;
  readonly clock: () => number;
}

const wantedParams = ["client_id", "consumer", "api"];
const wantedKeys = ["username", "password"];

/** The tokens that were given out. */
export class TokenBook {
  readonly #options: TokenOptions;
  readonly #goodUntil = new Map<string, number>();
  #count = 0;

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  /** Makes every token invalid. */
  revoke(): void {
    this.#goodUntil.clear();
  }

  isGood(authorization: string | undefined): boolean {
    const [scheme = "", token = ""] = (authorization ?? "").split(" ");
    const until = this.#goodUntil.get(token);
    return scheme.toLowerCase() === "bearer" && until !== undefined && this.#options.clock() < until;
  }

  /** Parameters are in the query, the user and the password in a body of JSON; there is no `grant_type`. */
  answer({ method, query, body }: XactlyRequest): Answer {
    if (method !== "POST") return methodNotAllowed;
    const unknown = [...query.keys()].find((name) => !wantedParams.includes(name));
    if (unknown !== undefined) return badRequest(`Unknown parameter ${unknown}`);
    if (body === undefined) return badRequest("A JSON body is required");
    const stranger = Object.keys(body).find((name) => !wantedKeys.includes(name));
    if (stranger !== undefined) return badRequest(`Unknown property ${stranger}`);
    const { credential, lifetimeMs, tellsExpiry, clock } = this.#options;
    const isKnown =
      query.get("client_id") === credential.clientId &&
      query.get("consumer") === credential.consumer &&
      query.get("api") === "connect" &&
      body["username"] === credential.username &&
      body["password"] === credential.password;
    if (!isKnown) return badCredentials;
    this.#count += 1;
    const token = `sandbox-xactly-token-${this.#count}`;
    this.#goodUntil.set(token, clock() + lifetimeMs);
    return jsonAnswer({
      access_token: token,
      ...(tellsExpiry ? { expires_in: Math.floor(lifetimeMs / 1000) } : {}),
    });
  }
}
