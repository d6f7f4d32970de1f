/** How much a finding matters; `blocking` keeps every instance, or the one it is about, from running. */
export type Severity = "ok" | "warning" | "blocking";

/** One line of the page. */
export interface Finding {
  readonly severity: Severity;
  /** What it is about, in a word or two. */
  readonly subject: string;
  readonly text: string;
  /** What to do, beginning with a verb. */
  readonly remedy?: string;
}

export function ok(subject: string, text: string): Finding {
  return { severity: "ok", subject, text };
}

export function warning(subject: string, text: string, remedy: string): Finding {
  return { severity: "warning", subject, text, remedy };
}

export function blocking(subject: string, text: string, remedy: string): Finding {
  return { severity: "blocking", subject, text, remedy };
}

const hintPattern = /\s*\(hint: (.*)\)$/s;

/** Takes the `(hint: ...)` at the end of an error's text for the remedy. */
export function splitHint(text: string): { readonly text: string; readonly hint: string | undefined } {
  return { text: text.replace(hintPattern, ""), hint: hintPattern.exec(text)?.[1] };
}
