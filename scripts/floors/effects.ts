const marker = "EFFECT_";
const globals = ["process", "Bun", "Date", "fetch", "performance", "crypto", "setTimeout", "setInterval"];

// `define` replaces free identifiers only: neither texts and comments nor names that the file declares itself.
const transpiler = new Bun.Transpiler({
  loader: "ts",
  define: {
    ...Object.fromEntries(globals.map((name) => [name, `${marker}${name}`])),
    "Math.random": `${marker}Math_random`,
  },
});

const effectfulModules =
  /^(?:node:)?(?:fs|fs\/promises|net|http|https|http2|tls|dgram|dns|dns\/promises|os|child_process|process|worker_threads|cluster|tty|readline)$|^bun(?::.*)?$/;

/** What a file that must be pure does to the world, or reads of it: names as the source has them, each once. */
export function effectsOf(source: string): readonly string[] {
  const found = transpiler
    .scanImports(source)
    .map(({ path }) => path)
    .filter((path) => effectfulModules.test(path))
    .map((path) => `import of ${path}`);
  const code = transpiler.transformSync(source);
  for (const [, name = "", after = ""] of code.matchAll(/EFFECT_(\w+)(\(\s*[^)\s]|\.now\b)?/g)) {
    if (name !== "Date") found.push(name.replace("Math_", "Math."));
    else if (after === ".now") found.push("Date.now");
  }
  if (/\bnew EFFECT_Date\b(?!\()|(?<!new )\bEFFECT_Date\(/.test(code)) found.push("new Date()");
  return [...new Set(found)];
}
