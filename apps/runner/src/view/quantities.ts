/** Writes a count: `12,345`. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString("en");
}

/** Writes a count with what is counted: `1 stream`, `1,200 streams`. */
export function countedText(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

const units = ["kB", "MB", "GB", "TB", "PB"];

/** Writes a number of bytes: `999 B`, `4.5 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  let value = bytes / 1000;
  let unit = 0;
  // What would be rounded to 1000.0 is one of the next.
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** Writes how much goes by in a second: `0.3`, `12`, `1,234`. */
export function rateText(perSecond: number): string {
  if (perSecond === 0) return "0";
  return perSecond < 9.95 ? perSecond.toFixed(1) : countText(perSecond);
}

/** Writes a duration with its two largest units: `1.2 s`, `2 min 5 s`, `3 d 4 h`. */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / (24 * 60))} d ${Math.floor(minutes / 60) % 24} h`;
}

/** Writes a share of a whole: `62 %`. */
export function shareText(part: number, whole: number): string {
  const share = whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
  return `${Math.round(share * 100)} %`;
}

const dateTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Answers how far a replication value lies back, in seconds; undefined when it is no time, or none of the past. */
export function lagSeconds(value: string, now: number): number | undefined {
  if (!dateTime.test(value)) return undefined;
  // A time without a zone is one of UTC, as everywhere in Singer.
  const hasZone = value.length <= 10 || /(?:Z|[+-]\d{2}:?\d{2})$/.test(value.slice(10));
  const at = Date.parse(hasZone ? value : `${value.replace(" ", "T")}Z`);
  return Number.isNaN(at) || at > now ? undefined : (now - at) / 1000;
}
