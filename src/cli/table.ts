/**
 * Rows as a table: every column but the last is padded to its widest cell plus four. No trailing spaces.
 * @param rows the header first; all rows of one length
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, characters(cell));
    }
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) + 4 - characters(cell)),
      )
      .join("")
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}

function characters(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : Array.from(text).length;
}
