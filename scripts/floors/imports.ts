const transpiler = new Bun.Transpiler({ loader: "ts" });

// The transpiler drops imports that only serve types, so those are read from the text: statements that start a line.
const statement = /^[ \t]*(?:import|export)\b[^;"'`()]*?\bfrom\s*["']([^"']+)["']/gm;
const typeExpression = /^(?![ \t]*(?:\*|\/\/)).*?\bimport\(\s*["']([^"']+)["']\s*\)/gm;

/** Everything that a module imports, types included: the texts between the quotes, each once. */
export function importsOf(source: string): readonly string[] {
  const found = transpiler.scanImports(source.replace(/^#!.*/, "")).map(({ path }) => path);
  for (const pattern of [statement, typeExpression]) {
    for (const [, path] of source.matchAll(pattern)) if (path !== undefined) found.push(path);
  }
  return [...new Set(found)];
}
