import { randomBytes } from "node:crypto";
import type { Answer } from "../../answer.ts";
import { jsonAnswer } from "../../answer.ts";
import { type Fields, textField } from "./request-body.ts";
import type { OauthClient } from "./users.ts";

interface AccessToken {
  readonly user: string;
  readonly expiresAt: number;
}

/** Whether an access token is good, and whose it is. */
export type TokenCheck = { readonly user: string } | "unknown" | "expired";

function refused(status: number, error: string, description: string): Answer {
  const body = {
    data: null,
    success: false,
    code: null,
    message: description,
    error,
    error_description: description,
  };
  return jsonAnswer(body, { status });
}

function basicCredentials(authorization: string | undefined): Fields {
  const encoded = /^Basic (.+)$/u.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return {};
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const [client_id, client_secret] = [text.slice(0, colon), text.slice(colon + 1)].map(decodeURIComponent);
  return { client_id, client_secret };
}

/** Gives programs access tokens, for their own credentials or for a refresh token. */
export class OauthTokens {
  readonly #clients: readonly OauthClient[];
  readonly #clock: () => number;
  readonly #validSeconds: number;
  readonly #issued = new Map<string, AccessToken>();

  constructor(options: { clients: readonly OauthClient[]; clock: () => number; validSeconds: number }) {
    this.#clients = options.clients;
    this.#clock = options.clock;
    this.#validSeconds = options.validSeconds;
  }

  check(token: string): TokenCheck {
    const issued = this.#issued.get(token);
    if (issued === undefined) return "unknown";
    return this.#clock() < issued.expiresAt ? issued : "expired";
  }

  /** Answers a token request: HTTP 401 for a wrong client, 400 for a wrong grant. */
  answer(fields: Fields, authorization: string | undefined): Answer {
    const given = { ...fields, ...basicCredentials(authorization) };
    const client = this.#clients.find(
      ({ clientId, clientSecret }) =>
        textField(given, "client_id") === clientId && textField(given, "client_secret") === clientSecret,
    );
    if (client === undefined) return refused(401, "invalid_client", "This is an invalid client.");
    switch (textField(fields, "grant_type")) {
      case "client_credentials":
        return this.#issue(client, textField(fields, "scope"));
      case "refresh_token":
        return this.#refresh(client, fields);
      default:
        return refused(400, "unsupported_grant_type", "The grant type is not supported.");
    }
  }

  #refresh(client: OauthClient, fields: Fields): Answer {
    const token = textField(fields, "refresh_token") ?? "";
    if (client.refreshTokens?.includes(token) === true)
      return this.#issue(client, textField(fields, "scope"));
    return refused(400, "invalid_grant", "The refresh token is invalid, expired or revoked.");
  }

  #issue({ user }: OauthClient, scope: string | undefined): Answer {
    const token = `ver:1-hint:${randomBytes(24).toString("base64url")}`;
    this.#issued.set(token, { user, expiresAt: this.#clock() + this.#validSeconds * 1000 });
    return jsonAnswer({
      access_token: token,
      token_type: "Bearer",
      expires_in: this.#validSeconds,
      ...(scope === undefined ? {} : { scope }),
    });
  }
}
