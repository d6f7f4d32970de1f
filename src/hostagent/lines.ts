/** Hands out the whole lines of text that comes in pieces; what follows the last newline is held back. */
export function lineSplitter(take: (line: string) => void): (chunk: Buffer) => void {
  let rest = "";
  const decoder = new TextDecoder();
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}
