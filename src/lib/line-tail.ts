/** Reads a stream as lines: each is told once, the last ones are kept for whoever asks why it ended. */
export class LineTail {
  readonly #lines: string[] = [];
  /** Settles when the stream has ended; never rejects. */
  readonly done: Promise<void>;

  /**
   * @param onLine told each line without its end
   * @param keep how many of the last lines are kept
   */
  constructor(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void, keep = 50) {
    this.done = this.#read(stream, onLine, keep);
  }

  /** The last lines, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  async #read(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void, keep: number): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    const take = (line: string): void => {
      this.#lines.push(line);
      if (this.#lines.length > keep) this.#lines.shift();
      onLine(line);
    };
    try {
      for await (const chunk of stream) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
        rest = lines.pop() ?? "";
        for (const line of lines) take(line);
      }
    } catch {
      // the stream broke: what came until then is what there is
    }
    if (rest !== "") take(rest);
  }
}
