import { ApiError, AuthenticationError, ConfigError, ConnectorError } from "@chorale/singer";
import type { AdaptiveConfig } from "../settings.ts";
import { escapeXml } from "./xml.ts";

/** An answer that broke off, or that is not whole. The same request may work, or one for less. */
export class CutOffError extends ApiError {
  static override readonly className: string = "CutOffError";
}

/** A call that the API refused, for good. */
export class RefusedError extends ConnectorError {
  static override readonly className: string = "RefusedError";
}

/** What the API says beside its output. */
export interface VendorMessage {
  readonly key: string;
  readonly text: string;
}

const authenticationKey = "error-authentication-failure";

/** Makes the error of a call that was refused. */
export function refusal(
  subject: string,
  { messages, config }: { messages: readonly VendorMessage[]; config: AdaptiveConfig },
): Error {
  const said = saidBy(messages, config);
  if (messages.some(({ key }) => key === authenticationKey)) {
    return new AuthenticationError(
      `${subject} was refused: ${said}. Check "username", "password" and "instance_code".`,
    );
  }
  return new RefusedError(
    `${subject} was refused: ${said}. Check the settings that it is made of, and what the user may read.`,
  );
}

/** Says what messages say, each once, without credentials. */
export function saidBy(messages: readonly VendorMessage[], config: AdaptiveConfig): string {
  const texts = messages.map(({ key, text }) =>
    [key, text.replace(/[.\s]+$/, "")].filter(Boolean).join(": "),
  );
  const unique = [...new Set(texts)].join("; ");
  return unique === "" ? "without a word" : withoutCredentials(unique, config);
}

const credentialAttribute = /\b(password|token)(\s*=\s*)("[^"]*"|'[^']*'|&quot;.*?&quot;)/g;

function withoutCredentials(text: string, { password = "", token = "" }: AdaptiveConfig): string {
  const secrets = [password, token].filter(({ length }) => length > 3);
  const masked = text.replaceAll(credentialAttribute, "$1$2[redacted]");
  return secrets
    .flatMap((secret) => [secret, escapeXml(secret)])
    .reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), masked);
}

/** Whether an error ends the run: whatever else would be asked for fails as well. */
export function endsRun(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || AuthenticationError.isInstance(error) || ConfigError.isInstance(error);
}
