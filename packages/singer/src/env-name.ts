/**
 * Answers the name of the environment variable that holds a setting: upper case, and an underscore for
 * each character that is neither a letter nor a digit.
 *
 * @example
 * ```ts
 * envName("TAP_ZENDESK_", "start_date"); // "TAP_ZENDESK_START_DATE"
 * ```
 */
export function envName(prefix: string, key: string): string {
  return `${prefix}${key.replaceAll(/[^A-Za-z0-9]/g, "_").toUpperCase()}`;
}
