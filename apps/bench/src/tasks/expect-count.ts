/** Throws when a task did not do all of its work, or did more than that: then its speed means nothing. */
export function expectCount(count: number, { expected, of }: { expected: number; of: string }): void {
  if (count !== expected) throw new Error(`${count} ${of} went through, and not ${expected}.`);
}
