import type { Finding, Severity } from "./finding.ts";

const labels: Readonly<Record<Severity, string>> = { ok: "ok", warning: "WARN", blocking: "FAIL" };

const colours: Readonly<Record<Severity, string>> = { ok: "32", warning: "33", blocking: "31" };

/** The page: a line per finding, its remedy below it. */
export function pageText(findings: readonly Finding[], colour: boolean): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.flatMap(({ severity, subject, text, remedy }) => {
    const label = labels[severity].padEnd(4);
    const shown = colour ? `\u001b[${colours[severity]}m${label}\u001b[0m` : label;
    const indent = " ".repeat(width + 8);
    const line = `${shown}  ${subject.padEnd(width)}  ${text.replaceAll("\n", `\n${indent}`)}`;
    return remedy === undefined ? [line] : [line, `${indent}-> ${remedy}`];
  });
  return lines.map((line) => `${line}\n`).join("");
}
