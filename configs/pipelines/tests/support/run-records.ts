/** The records of each stream that the tables of a run show; those of several pipelines are added up. */
export function recordsIn(stdout: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = "", count = ""] of stdout.matchAll(/^\| (\w+) +\| +([\d,]+) \|/gm))
    counts.set(name, (counts.get(name) ?? 0) + Number(count.replaceAll(",", "")));
  return counts;
}
