/**
 * Runs a generator ahead of whoever reads it, however slow that is. What it threw comes after what it yielded before;
 * leaving the loop asks it to end, and waits for that.
 */
export async function* readAhead<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  const ending = new AbortController();
  const ready: T[] = [];
  const outcome: { isOver: boolean; error?: unknown } = { isOver: false };
  let wake = (): void => undefined;
  const run = async (): Promise<void> => {
    try {
      for await (const item of open(ending.signal)) {
        ready.push(item);
        wake();
        if (ending.signal.aborted) return;
      }
    } catch (error) {
      outcome.error = error;
    } finally {
      outcome.isOver = true;
      wake();
    }
  };
  const running = run();
  try {
    for (;;) {
      const next = ready.shift();
      if (next !== undefined) yield next;
      else if (outcome.isOver) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    ending.abort();
    await running;
  }
  if (outcome.error !== undefined) throw outcome.error;
}
