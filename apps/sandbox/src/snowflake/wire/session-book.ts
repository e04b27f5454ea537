import { randomBytes } from "node:crypto";
import type { EngineProblem, EngineSession } from "../contract.ts";
import { sessionProblems, WireProblem } from "./problem.ts";

/** A session as tests see it. */
export interface LoggedSession {
  readonly id: number;
  readonly user: string;
  readonly isOpen: boolean;
  /** Why it is no longer open. */
  readonly closedBy?: "client" | "fault" | "stand-in";
}

/** A session of a client. */
export interface WireSession {
  readonly id: number;
  readonly user: string;
  readonly engine: EngineSession;
  /** What clients asked for at login: they are told of it again. */
  readonly clientParameters: Readonly<Record<string, string | number | boolean>>;
  readonly masterToken: string;
  /** Why it is gone: the answer to every later request; undefined while it is open. */
  gone?: EngineProblem;
  closedBy?: LoggedSession["closedBy"];
}

interface IssuedToken {
  readonly session: WireSession;
  readonly kind: "session" | "master";
  expiresAt: number;
}

/** A new session token. */
export interface RenewedTokens {
  readonly sessionToken: string;
  readonly masterToken: string;
}

/** How long tokens are valid. */
export interface TokenValidity {
  readonly sessionTokenSeconds: number;
  readonly masterTokenSeconds: number;
}

function freshToken(): string {
  return `ver:1-hint:${randomBytes(32).toString("base64url")}`;
}

/** The sessions of all clients, and the tokens that stand for them. */
export class SessionBook {
  readonly validity: TokenValidity;
  readonly #clock: () => number;
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #sessions = new Map<number, WireSession>();
  #lastId = 0;

  constructor(options: { clock: () => number; validity: TokenValidity }) {
    this.#clock = options.clock;
    this.validity = options.validity;
  }

  /** Every session so far, in the order of the logins. */
  get logged(): readonly LoggedSession[] {
    return [...this.#sessions.values()].map(({ id, user, gone, closedBy }) => ({
      id,
      user,
      isOpen: gone === undefined,
      ...(closedBy === undefined ? {} : { closedBy }),
    }));
  }

  /** Answers the number of the next session. */
  newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  open(login: Pick<WireSession, "id" | "user" | "engine" | "clientParameters">): {
    readonly session: WireSession;
    readonly sessionToken: string;
  } {
    const masterToken = freshToken();
    const session: WireSession = { ...login, masterToken };
    this.#sessions.set(session.id, session);
    this.#issue(masterToken, session, "master");
    return { session, sessionToken: this.#newSessionToken(session) };
  }

  /** The open session that a header's token stands for. Throws 390104, 390111, 390112 or, for a master token, 390114. */
  authorize(authorization: string | undefined, kind: IssuedToken["kind"] = "session"): WireSession {
    const token = this.#tokenOf(authorization);
    if (token === undefined || token.kind !== kind) throw new WireProblem(sessionProblems.badToken);
    if (token.session.gone !== undefined) throw new WireProblem(token.session.gone);
    if (this.#clock() < token.expiresAt) return token.session;
    const { expiredToken, expiredMasterToken } = sessionProblems;
    throw new WireProblem(kind === "session" ? expiredToken : expiredMasterToken);
  }

  /** The session of a token, also of one that is no longer good. */
  sessionOf(authorization: string | undefined): WireSession | undefined {
    return this.#tokenOf(authorization)?.session;
  }

  /** Gives a session another token. The master token stays the same, so that a renewal may be repeated. */
  renew(session: WireSession, oldSessionToken: string | undefined): RenewedTokens {
    const old = this.#tokens.get(oldSessionToken ?? "");
    if (old?.session !== session || old.kind !== "session") throw new WireProblem(sessionProblems.badToken);
    this.#issue(session.masterToken, session, "master");
    return { sessionToken: this.#newSessionToken(session), masterToken: session.masterToken };
  }

  /** Lets a session's tokens expire: its session tokens, or its master token as well. */
  expire(session: WireSession, options: { withMasterToken: boolean }): void {
    for (const token of this.#tokens.values()) {
      const isMeant = token.kind === "session" || options.withMasterToken;
      if (token.session === session && isMeant) token.expiresAt = 0;
    }
  }

  /** Ends a session; its later requests are answered with a problem. Harmless if repeated. */
  async close(
    session: WireSession,
    end: { by: LoggedSession["closedBy"]; problem?: EngineProblem },
  ): Promise<void> {
    if (session.gone !== undefined) return;
    session.gone = end.problem ?? sessionProblems.goneSession;
    session.closedBy = end.by;
    await session.engine.close();
  }

  find(id: number): WireSession | undefined {
    return this.#sessions.get(id);
  }

  async closeAll(): Promise<void> {
    const closing = [...this.#sessions.values()].map((session) => this.close(session, { by: "stand-in" }));
    await Promise.allSettled(closing);
  }

  #tokenOf(authorization: string | undefined): IssuedToken | undefined {
    const token = /^Snowflake Token="(.*)"$/u.exec(authorization ?? "")?.[1];
    return this.#tokens.get(token ?? "");
  }

  #newSessionToken(session: WireSession): string {
    const token = freshToken();
    this.#issue(token, session, "session");
    return token;
  }

  #issue(token: string, session: WireSession, kind: IssuedToken["kind"]): void {
    const { sessionTokenSeconds, masterTokenSeconds } = this.validity;
    const seconds = kind === "session" ? sessionTokenSeconds : masterTokenSeconds;
    this.#tokens.set(token, { session, kind, expiresAt: this.#clock() + seconds * 1000 });
  }
}
