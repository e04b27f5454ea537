import { hashOf } from "./seeded-random.ts";

/** Which of the requests that fit a rule it befalls. Without `nth` and `probability`: each. */
export interface Occurrence {
  /** Which of the fitting requests, counted from 1 since the rule was added. */
  readonly nth?: number | readonly number[];
  /** The share of fitting requests, drawn from the plan's seed; the same requests for the same seed. */
  readonly probability?: number;
}

/** Rules in order of precedence, which count what they are asked about. */
export interface RuleControl<Rule, Subject> {
  readonly add: (...rules: readonly Rule[]) => void;
  /** Removes all rules and their counts. */
  readonly clear: () => void;
  /** Counts the subject in every rule that fits and answers the first that fires, if any. */
  readonly next: (subject: Subject) => Rule | undefined;
}

interface CountedRule<Rule> {
  readonly rule: Rule;
  readonly index: number;
  seen: number;
}

/** Tells whether `nth` and `probability` of a parsed rule are of their types. */
export function isOccurrence(value: Readonly<Record<string, unknown>>): boolean {
  const { nth, probability } = value;
  const numbers = Array.isArray(nth) ? nth : [nth];
  const isCounted = nth === undefined || numbers.every((number) => Number.isInteger(number) && number >= 1);
  const isDrawn = typeof probability === "number" && probability >= 0 && probability <= 1;
  return isCounted && (probability === undefined || isDrawn);
}

function fires({ rule, index, seen }: CountedRule<Occurrence>, seed: number): boolean {
  if (rule.nth !== undefined) {
    const wanted = typeof rule.nth === "number" ? [rule.nth] : rule.nth;
    if (!wanted.includes(seen)) return false;
  }
  return rule.probability === undefined || hashOf(seed, "fault", index, seen) / 2 ** 32 < rule.probability;
}

/** Starts without rules; what is asked before a rule is added is not counted in it. */
export function ruleControl<Rule extends Occurrence, Subject>(options: {
  seed: number;
  matches(rule: Rule, subject: Subject): boolean;
}): RuleControl<Rule, Subject> {
  const counted: CountedRule<Rule>[] = [];
  return {
    add: (...rules) => {
      for (const rule of rules) counted.push({ rule, index: counted.length, seen: 0 });
    },
    clear: () => {
      counted.length = 0;
    },
    next: (subject) => {
      let fired: Rule | undefined;
      for (const entry of counted) {
        if (!options.matches(entry.rule, subject)) continue;
        entry.seen += 1;
        if (fired === undefined && fires(entry, options.seed)) fired = entry.rule;
      }
      return fired;
    },
  };
}
