import { errorText, UserError } from "../errors.ts";
import type { Access, Context } from "./context.ts";
import { Evaluator } from "./evaluator.ts";
import { decodeBase64, decodeBase64Url } from "./format/base64.ts";
import { readCsv } from "./format/csv.ts";
import { formatOfFile, type OutputFormat } from "./format/formats.ts";
import { readIni } from "./format/ini.ts";
import { readJson } from "./format/json-read.ts";
import { documentChanges, type PrintOptions, printResult, printResults } from "./format/printer.ts";
import { readProps } from "./format/props.ts";
import { queryUnescape } from "./format/uri.ts";
import { parseSnippet, type ReadOptions, readYaml } from "./format/yaml-read.ts";
import { helpText, versionLine } from "./help.ts";
import { int, isTrue, placeDocument, text, YqNode } from "./node.ts";
import { xmlReader } from "./operators/encode.ts";
import { parseYqOptions, type YqOptions } from "./options.ts";
import type { Expression } from "./syntax/ast.ts";
import { parse } from "./syntax/parser.ts";

/** What the yq program touches of its surroundings. */
export interface YqIo {
  /** All of standard input, read when a command needs it. */
  readonly stdin: () => Promise<string>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Reads a text file; throws when there is none. */
  readonly readFile: (path: string) => string;
  /** Whether there is a regular file of that name. */
  readonly exists: (path: string) => boolean;
  /** Replaces a file's content, its mode and owner kept (`-i`), or makes one (`-s`). */
  readonly writeFile: (path: string, text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly random: () => number;
  /** Whether standard output is a terminal: colours by default. */
  readonly stdoutIsTerminal: boolean;
  /** Whether standard input is a terminal: then it is not read without being asked for by `-`. */
  readonly stdinIsTerminal: boolean;
}

/** The yq command-line tool: `argv` without the program's name; resolves to its exit code. Errors are `Error: ...` on stderr, 1. */
export async function runYq(argv: readonly string[], io: YqIo): Promise<number> {
  try {
    const options = parseYqOptions(argv);
    if (options.version) {
      io.stdout(`${versionLine}\n`);
      return 0;
    }
    if (options.help) {
      io.stdout(helpText);
      return 0;
    }
    return await new Program(options, io).run();
  } catch (error) {
    io.stderr(`Error: ${errorText(error)}\n`);
    return 1;
  }
}

/** Pretty printing: every style is reset, but texts that other YAML readers take for booleans keep their quotes. */
const prettyExpression = `(... | (select(tag != "!!str"), select(tag == "!!str") | select(test("(?i)^(y|yes|n|no|on|off)$") | not))) style=""`;

interface Input {
  readonly name: string;
  readonly text: string;
}

class Program {
  private access: Access;
  /** What follows the front matter of the first input, printed again after the results. */
  private remainder = "";
  /** There when TOML is read; its parser is loaded for nothing else. */
  private readToml: ((source: string) => YqNode) | undefined;

  constructor(
    private readonly options: YqOptions,
    private readonly io: YqIo,
  ) {
    const { env, readFile, now, random } = io;
    this.access = {
      now,
      random,
      xmlNames: options.xml,
      ...(options.envOperators ? { env } : {}),
      ...(options.fileOperators ? { readFile } : {}),
    };
  }

  async run(): Promise<number> {
    const { options, io } = this;
    const { expression, files } = this.arguments();
    if (expression === undefined) {
      io.stdout(helpText);
      return 0;
    }
    if (options.inPlace && (files.length === 0 || files.includes("-")))
      throw new UserError("write in place flag only applicable when giving an expression and at least one file");
    if (options.inPlace && (options.splitExpression ?? options.splitExpressionFile) !== undefined)
      throw new UserError("write in place cannot be used with split file");
    if (options.inPlace && options.nullInput)
      throw new UserError("write in place flag only applicable when giving an expression and at least one file");
    const input = options.input ?? formatOfFile(files[0] ?? "");
    const output = options.output ?? (options.input === undefined && input !== "yaml" ? input : "yaml");
    const print = this.printOptions(output);
    this.access = {
      ...this.access,
      unwrapScalars: options.unwrapScalars ?? (output === "yaml" || output === "props"),
    };
    if (input === "toml") this.readToml = (await import("./format/toml-read.ts")).readToml;
    if (input === "xml" || /xml/.test(expression)) await this.loadXml();
    if (options.nullInput && files.length > 0) throw new UserError("cannot pass files in when using null-input flag");
    const results: YqNode[] = [];
    let failure: unknown;
    try {
      for await (const documents of this.groups(files, input)) results.push(...this.evaluate(expression, documents));
    } catch (error) {
      // What came before the failure is printed all the same, unless it would replace a file.
      if (options.inPlace || results.length === 0) throw error;
      failure = error;
    }
    if (failure === undefined && options.exitStatus && !results.some(isTrue))
      failure = new UserError("no matches found");
    if (!options.inPlace) {
      this.print(results, print);
      if (this.remainder !== "") io.stdout(this.remainder);
    } else if (failure === undefined)
      io.writeFile(files[0]!, printResults(results, { ...print, colors: false }) + this.remainder);
    if (failure !== undefined) throw failure;
    return 0;
  }

  /** The documents to evaluate at once: with `eval-all` all of them, otherwise one after the other. */
  private async *groups(files: readonly string[], format: OutputFormat): AsyncGenerator<readonly YqNode[]> {
    if (this.options.nullInput) yield [nullDocument()];
    else if (this.options.command === "eval-all") {
      const all: YqNode[] = [];
      for await (const found of this.documents(files, format)) all.push(...found);
      yield all;
    } else for await (const found of this.documents(files, format)) for (const document of found) yield [document];
  }

  /** The parser is loaded only where XML may be read. */
  private async loadXml(): Promise<void> {
    const { readXml } = await import("./format/xml-read.ts");
    this.access = { ...this.access, readXml: (source) => readXml(source, this.options.xml) };
  }

  /** The expression and the files: the first argument is an expression unless there is a file of that name. */
  private arguments(): { readonly expression: string | undefined; readonly files: readonly string[] } {
    const { options, io } = this;
    const [first, ...rest] = options.positionals;
    if (options.expressionFile !== undefined) {
      const source = io.readFile(options.expressionFile).replace(/^#!.*/, "");
      return { expression: source, files: options.positionals };
    }
    if (options.expression !== undefined) return { expression: options.expression, files: options.positionals };
    if (first === undefined) {
      const canRead = options.nullInput || !io.stdinIsTerminal;
      return { expression: canRead ? "." : undefined, files: [] };
    }
    // `.` and `..` are expressions first, though they are folders too
    if (first === "-" || (!/^\.+$/.test(first) && io.exists(first)))
      return { expression: ".", files: options.positionals };
    return { expression: first, files: rest };
  }

  /** The documents of each file. */
  private async *documents(files: readonly string[], format: OutputFormat): AsyncGenerator<readonly YqNode[]> {
    let isNothing = true;
    for (const [file, name] of (files.length === 0 ? ["-"] : files).entries()) {
      const input = { name, text: name === "-" ? await this.io.stdin() : this.io.readFile(name) };
      if (file === 0 && this.options.frontMatter !== undefined) input.text = this.frontMatter(input.text);
      // Beside others an empty file holds no document.
      const isEmpty = file > 0 && this.options.command === "eval-all" ? /^\s*(?:#.*\s*)*$/ : /^\s*$/;
      if (files.length > 1 && format === "yaml" && isEmpty.test(input.text)) continue;
      isNothing = false;
      yield this.read(input, format, file);
    }
    if (isNothing) yield [nullDocument()];
  }

  /** The YAML at the start of a text: up to the second `---` line. */
  private frontMatter(source: string): string {
    const [start = ""] = /^(?:---[^\n]*\n)?/.exec(source) ?? [];
    const end = /^---\s*$/m.exec(source.slice(start.length));
    if (end === null) return source;
    const at = start.length + end.index;
    if (this.options.frontMatter === "process") this.remainder = source.slice(at);
    return source.slice(0, at);
  }

  private read(input: Input, format: OutputFormat, file: number): readonly YqNode[] {
    const together = this.options.command === "eval-all";
    const options: ReadOptions = { filename: input.name, file, together };
    if (format === "yaml") return readYaml(input.text, options);
    const roots = this.decode(input.text, format);
    roots.forEach((root, document) => {
      placeDocument(root, { document, file, filename: input.name, together });
    });
    return roots;
  }

  private decode(source: string, format: OutputFormat): readonly YqNode[] {
    switch (format) {
      case "json":
        return readJson(source);
      case "props":
        return [readProps(source)];
      case "csv":
        return [readCsv(source, this.options.csvSeparator, this.options.csvAutoParse)];
      case "tsv":
        return [readCsv(source, "\t", this.options.csvAutoParse)];
      case "ini":
        return [readIni(source)];
      case "xml":
        return [xmlReader(this.access)(source)];
      case "toml":
        return this.readToml === undefined ? [] : [this.readToml(source)];
      case "shell":
        throw new UserError("the format shell can only be written");
      case "base64":
        return [text(decodeBase64(source.trim()))];
      case "base64url":
        return [text(decodeBase64Url(source.trim()))];
      case "uri":
        return [text(queryUnescape(source.trim()))];
      case "yaml":
        return readYaml(source);
    }
  }

  private evaluate(expression: string, documents: readonly YqNode[]): readonly YqNode[] {
    const { options } = this;
    const wanted = parse(expression);
    const parsed: Expression = options.prettyPrint
      ? { type: "binary", name: "pipe", left: wanted, right: parse(prettyExpression), flags: "" }
      : wanted;
    const evaluation = new Evaluator(this.access);
    const variables = new Map(
      options.variables.map(({ name, value, isText }) => [name, [isText ? text(value) : parseSnippet(value)]] as const),
    );
    const context = (nodes: readonly YqNode[]): Context => ({
      nodes,
      variables,
      dateLayout: undefined,
      readOnly: false,
    });
    return evaluation.run(parsed, context(documents));
  }

  private printOptions(format: OutputFormat): PrintOptions {
    const { options, io } = this;
    return {
      format,
      indent: options.indent,
      unwrapScalars: options.unwrapScalars ?? format !== "json",
      colors: options.colors ?? (io.stdoutIsTerminal && (io.env.NO_COLOR ?? "") === ""),
      separators: options.separators && !options.nulOutput,
      csvSeparator: options.csvSeparator,
      shellSeparator: options.shellSeparator,
      yaml: { compactSequences: options.compactSequences },
      xml: options.xml,
      props: {
        separator: options.propsSeparator,
        arrayBrackets: options.propsArrayBrackets,
        unwrapScalars: options.unwrapScalars ?? true,
      },
    };
  }

  private print(results: readonly YqNode[], print: PrintOptions): void {
    const { options, io } = this;
    if (options.splitExpression !== undefined || options.splitExpressionFile !== undefined) this.split(results, print);
    else if (!options.nulOutput) io.stdout(printResults(results, print));
    else this.printNul(results, print);
  }

  private printNul(results: readonly YqNode[], print: PrintOptions): void {
    const isOther = documentChanges();
    for (const node of results) {
      const changed = isOther(node.origin) && this.options.separators;
      const printed = (changed ? "---\n" : "") + printResult(node, print).replace(/\n$/, "");
      if (printed.includes("\0"))
        throw new UserError(
          "can't serialize value because it contains NUL char and you are using NUL separated output",
        );
      this.io.stdout(`${printed}\0`);
    }
  }

  /** `-s`: every result into a file of its own, named by an expression; `$index` is the result's number. */
  private split(results: readonly YqNode[], print: PrintOptions): void {
    const { options, io } = this;
    const source = options.splitExpression ?? io.readFile(options.splitExpressionFile!);
    const parsed = parse(source);
    const extension = print.format === "yaml" ? "yml" : print.format === "props" ? "properties" : print.format;
    results.forEach((node, index) => {
      const variables = new Map([["index", [int(index)]]]);
      const [name] = new Evaluator(this.access).run(parsed, {
        nodes: [node],
        variables,
        dateLayout: undefined,
        readOnly: false,
      });
      const base = name?.value ?? String(index);
      const file = /\.[^./]+$/.test(base) ? base : `${base}.${extension}`;
      if (!options.writeAnywhere && /^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(file))
        throw new UserError(
          `split-exp output path ${JSON.stringify(file)} was rejected: path must stay within the current directory; use --security-allow-write-any-path to override`,
        );
      const isLater = print.format === "yaml" && print.separators && node.origin.document > 0;
      io.writeFile(file, (isLater ? "---\n" : "") + printResult(node, { ...print, colors: false }));
    });
  }
}

function nullDocument(): YqNode {
  return new YqNode("scalar", "!!null", "");
}
