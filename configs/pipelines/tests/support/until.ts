const betweenLooksMs = 10;

/** Waits until something is so, for as long as half a minute. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, betweenLooksMs);
    });
  }
}
