import { Command } from "commander";

/**
 * A command with options whose value is optional and only taken behind `=`: `--full-refresh tap-x` is an option and an
 * argument, `--full-refresh=users` an option with a value.
 */
export class OptionalValueCommand extends Command {
  override parseOptions(argv: readonly string[]): ReturnType<Command["parseOptions"]> {
    const alone = new Set(this.options.filter(({ optional }) => optional).map(({ long }) => long));
    const end = argv.indexOf("--");
    const isOption = (word: string, index: number) => alone.has(word) && (end === -1 || index < end);
    return super.parseOptions(argv.map((word, index) => (isOption(word, index) ? `${word}=` : word)));
  }
}
