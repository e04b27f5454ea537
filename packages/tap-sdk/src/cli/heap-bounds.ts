import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** More holds no more of what is alive; it only lets garbage wait longer. */
const wantedBytes = 16 * 1024 * 1024;

/**
 * Lets the heap grow by what is alive, not by garbage. The space for young objects stops at 16 MB: V8 lets it grow to
 * 128 MB in a process that makes records without end, which is more than everything else takes; a flag at the
 * start would forbid it, and a command cannot give itself one. The space for old ones is collected when it has doubled,
 * and not when it has grown fourfold. Answers what ends the watch.
 */
export function boundHeap(): () => void {
  setFlagsFromString("--heap-growing-percent=100");
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if ((young?.space_size ?? 0) < wantedBytes) return;
    // It grows by this factor after a collection. Set from the start, it would stay so small that all gets old.
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => observer.disconnect();
}
