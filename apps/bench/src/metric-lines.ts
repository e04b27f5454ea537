const marker = "INFO METRIC: ";

/** Adds up the values of a metric in what a tap or target wrote to stderr; 0 when it wrote none. */
export function sumOfMetric(metric: string, stderr: string): number {
  let sum = 0;
  for (const line of stderr.split("\n")) {
    if (!line.startsWith(marker)) continue;
    const point: { metric: string; value: number } = JSON.parse(line.slice(marker.length));
    if (point.metric === metric) sum += point.value;
  }
  return sum;
}
