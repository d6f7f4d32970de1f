import { quote } from "../../lib/quote.ts";

/** Collects QEMU's arguments in order. Words of `QEMU_SYSTEM_<ARCH>` come first and win over `set`. */
export class ArgumentList {
  readonly #words: string[];
  readonly #own: ReadonlySet<string>;
  readonly #warnings: string[] = [];

  /** @param own arguments a person put into the environment */
  constructor(own: readonly string[]) {
    this.#words = [...own];
    this.#own = new Set(own);
  }

  /** Adds an option unless a person gave one of the same name; then theirs stays, and a differing value is warned about. */
  set(option: string, value: string): void {
    if (!this.#own.has(option)) {
      this.#words.push(option, value);
      return;
    }
    const theirs = this.#words.flatMap((word, index) => (word === option ? [this.#words[index + 1] ?? ""] : []));
    if (!theirs.includes(value)) {
      this.#warnings.push(`keeping QEMU's option ${quote(option)} of the environment; not set: ${quote(value)}`);
    }
  }

  /** Adds words as they are. */
  add(...words: readonly string[]): void {
    this.#words.push(...words);
  }

  get words(): readonly string[] {
    return this.#words;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }
}

/** Text as a value of one of QEMU's comma-separated options: a comma in it is doubled. */
export function optionValue(text: string): string {
  return text.replaceAll(",", ",,");
}
