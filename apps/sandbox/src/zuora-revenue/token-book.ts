/** Who may log in, and for how long. */
export interface TokenOptions {
  readonly username: string;
  readonly password: string;
  readonly role: string;
  readonly clientName: string;
  readonly oauthClientId: string;
  readonly oauthClientSecret: string;
  readonly tokenSeconds: number;
  readonly clock: () => number;
}

/** The tokens that were given out. */
export class TokenBook {
  readonly #validUntil = new Map<string, number>();
  readonly #options: TokenOptions;
  given = 0;

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  /** A new token, in the form of a JWT. */
  issue(): string {
    const { clock, tokenSeconds, username, role } = this.#options;
    this.given += 1;
    const iat = Math.floor(clock() / 1000);
    const claims = {
      username,
      role,
      iat,
      nbf: iat,
      exp: iat + tokenSeconds,
      iss: "Zuora-RIA",
      n: this.given,
    };
    const spell = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString("base64url");
    const token = `${spell({ alg: "HS256", typ: "JWT" })}.${spell(claims)}.c2FuZGJveA`;
    this.#validUntil.set(token, (iat + tokenSeconds) * 1000);
    return token;
  }

  isValid(token: string): boolean {
    return (this.#validUntil.get(token) ?? 0) > this.#options.clock();
  }

  /** No token that was given out so far works any more. */
  expireAll(): void {
    this.#validUntil.clear();
  }
}
