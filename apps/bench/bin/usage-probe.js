// Loaded into a process that is measured: when it exits, it writes what it used to the file named in its environment.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env.CHORALE_BENCH_USAGE;

function peakBytes() {
  try {
    // Linux tells it of this process alone; maxRSS begins there at the peak of the parent.
    const peak = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"));
    if (peak !== null) return Number(peak[1]) * 1024;
  } catch {
    // No such file: no Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

process.on("exit", () => {
  if (file === undefined) return;
  const { user, system } = process.cpuUsage();
  writeFileSync(file, JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakBytes: peakBytes() }));
});
