import type { Counts } from "./counts.ts";

/** What a test run's JUnit file says. */
export interface JunitReport extends Counts {
  /** The tests that did not run, as `FILE > GROUP > TEST`, sorted. */
  readonly skips: readonly string[];
  /** The tests that failed, in the same form. */
  readonly failures: readonly string[];
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

function attribute(tag: string, name: string): string {
  return unescaped(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
}

/** Reads the JUnit file that `bun test` writes. Bun names the enclosing groups innermost first in `classname`. */
export function readJunit(xml: string): JunitReport {
  const skips: string[] = [];
  const failures: string[] = [];
  let all = 0;
  for (const [, tag = "", body = ""] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
    all += 1;
    const groups = attribute(tag, "classname").split(" > ").filter(Boolean).reverse();
    const name = [attribute(tag, "file"), ...groups, attribute(tag, "name")].join(" > ");
    if (body.includes("<skipped")) skips.push(name);
    else if (/<(failure|error)\b/.test(body)) failures.push(name);
  }
  const [failed, skipped] = [failures.length, skips.length];
  return { passed: all - failed - skipped, failed, skipped, skips: skips.sort(), failures };
}
