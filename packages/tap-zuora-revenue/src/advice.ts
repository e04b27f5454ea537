import { ApiError, ConfigError } from "@chorale/singer";

/** Says what a person may do about a tenant whose API is off. */
export async function withAdvice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!ApiError.isInstance(error) || error.status !== 405) throw error;
    throw new ConfigError(
      `Zuora Revenue answered 405 to ${error.method} ${error.url}: the API service is not enabled for this tenant. Ask Zuora's support to enable it.`,
      { cause: error },
    );
  }
}
