import { UserError } from "../errors.ts";
import { formatNamed, type OutputFormat } from "./format/formats.ts";
import { defaultXmlNames, type XmlNames } from "./format/xml-names.ts";

/** What the yq command line says. */
export interface YqOptions {
  readonly command: "eval" | "eval-all";
  readonly help: boolean;
  readonly version: boolean;
  readonly nullInput: boolean;
  readonly inPlace: boolean;
  /** Undefined: by the file's extension. */
  readonly input: OutputFormat | undefined;
  /** Undefined: as the input. */
  readonly output: OutputFormat | undefined;
  /** Undefined: as fits the output format. */
  readonly unwrapScalars: boolean | undefined;
  readonly indent: number;
  readonly prettyPrint: boolean;
  /** Undefined: when standard output is a terminal. */
  readonly colors: boolean | undefined;
  readonly separators: boolean;
  readonly exitStatus: boolean;
  readonly nulOutput: boolean;
  readonly splitExpression: string | undefined;
  readonly splitExpressionFile: string | undefined;
  readonly expression: string | undefined;
  readonly expressionFile: string | undefined;
  readonly compactSequences: boolean;
  /** `-s` may also write outside of the current directory. */
  readonly writeAnywhere: boolean;
  /** Which part of a text with YAML front matter counts; undefined where there is none. */
  readonly frontMatter: "extract" | "process" | undefined;
  readonly envOperators: boolean;
  readonly fileOperators: boolean;
  readonly csvSeparator: string;
  readonly csvAutoParse: boolean;
  readonly shellSeparator: string;
  readonly propsSeparator: string;
  readonly propsArrayBrackets: boolean;
  readonly xml: XmlNames;
  /** Variables by name: texts of `--arg`, YAML of `--argjson`. */
  readonly variables: readonly { readonly name: string; readonly value: string; readonly isText: boolean }[];
  readonly positionals: readonly string[];
}

type Mutable = { -readonly [K in keyof YqOptions]: YqOptions[K] };
type BooleanOption = { [K in keyof Mutable]: Mutable[K] extends boolean ? K : never }[keyof Mutable];

/** How an option changes the result: with its value, or (a switch) with true or false. */
interface Option {
  readonly takesValue: boolean;
  readonly set: (options: Mutable, value: string) => void;
}

const isTrueText = (value: string): boolean => !/^(?:false|f|0|no)$/i.test(value);

function flag(name: BooleanOption, inverted = false): Option {
  return {
    takesValue: false,
    set: (options, value) => {
      options[name] = isTrueText(value) !== inverted;
    },
  };
}

type XmlFlag = { [K in keyof XmlNames]: XmlNames[K] extends boolean ? K : never }[keyof XmlNames];

function xmlFlag(name: XmlFlag): Option {
  return {
    takesValue: false,
    set: (options, value) => {
      options.xml = { ...options.xml, [name]: isTrueText(value) };
    },
  };
}

function xmlName(name: Exclude<keyof XmlNames, XmlFlag>): Option {
  return valued((options, value) => {
    options.xml = { ...options.xml, [name]: value };
  });
}

function valued(set: (options: Mutable, value: string) => void): Option {
  return { takesValue: true, set };
}

function ignored(takesValue: boolean): Option {
  return { takesValue, set: () => {} };
}

const format = (value: string): OutputFormat | undefined =>
  value === "auto" || value === "a" ? undefined : formatNamed(value);

const table: Readonly<Record<string, Option>> = {
  help: flag("help"),
  version: flag("version"),
  "null-input": flag("nullInput"),
  inplace: flag("inPlace"),
  "input-format": valued((options, value) => {
    options.input = format(value);
  }),
  "output-format": valued((options, value) => {
    options.output = format(value);
  }),
  tojson: {
    takesValue: false,
    set: (options, value) => {
      if (isTrueText(value)) options.output = "json";
    },
  },
  unwrapScalar: {
    takesValue: false,
    set: (options, value) => {
      options.unwrapScalars = isTrueText(value);
    },
  },
  indent: valued((options, value) => {
    const quoted = JSON.stringify(value);
    if (/^-\d+$/.test(value)) throw new UserError("indent must not be negative");
    if (!/^\d+$/.test(value))
      throw new UserError(
        `invalid argument ${quoted} for "-I, --indent" flag: strconv.ParseInt: parsing ${quoted}: invalid syntax`,
      );
    options.indent = Number(value);
  }),
  prettyPrint: flag("prettyPrint"),
  colors: {
    takesValue: false,
    set: (options, value) => {
      options.colors = isTrueText(value);
    },
  },
  "no-colors": {
    takesValue: false,
    set: (options, value) => {
      options.colors = !isTrueText(value);
    },
  },
  "no-doc": flag("separators", true),
  "exit-status": flag("exitStatus"),
  "nul-output": flag("nulOutput"),
  "split-exp": valued((options, value) => {
    options.splitExpression = value;
  }),
  "split-exp-file": valued((options, value) => {
    options.splitExpressionFile = value;
  }),
  expression: valued((options, value) => {
    options.expression = value;
  }),
  "from-file": valued((options, value) => {
    options.expressionFile = value;
  }),
  "yaml-compact-seq-indent": flag("compactSequences"),
  "security-allow-write-any-path": flag("writeAnywhere"),
  "front-matter": valued((options, value) => {
    options.frontMatter = value === "process" ? "process" : "extract";
  }),
  "security-disable-env-ops": flag("envOperators", true),
  "security-disable-file-ops": flag("fileOperators", true),
  "csv-separator": valued((options, value) => {
    options.csvSeparator = value;
  }),
  "csv-auto-parse": flag("csvAutoParse"),
  "tsv-auto-parse": flag("csvAutoParse"),
  "shell-key-separator": valued((options, value) => {
    options.shellSeparator = value;
  }),
  "properties-separator": valued((options, value) => {
    options.propsSeparator = value;
  }),
  "properties-array-brackets": flag("propsArrayBrackets"),
  "xml-attribute-prefix": xmlName("attributePrefix"),
  "xml-content-name": xmlName("contentName"),
  "xml-directive-name": xmlName("directiveName"),
  "xml-proc-inst-prefix": xmlName("procInstPrefix"),
  "xml-keep-namespace": xmlFlag("keepNamespace"),
  "xml-skip-proc-inst": xmlFlag("skipProcInst"),
  "xml-skip-directives": xmlFlag("skipDirectives"),
  // Names that do not match are refused either way.
  "xml-strict-mode": ignored(false),
  "xml-raw-token": {
    takesValue: false,
    set: (_options, value) => {
      if (!isTrueText(value)) throw new UserError("--xml-raw-token=false is not supported");
    },
  },
  verbose: ignored(false),
  "header-preprocess": ignored(false),
  "string-interpolation": {
    takesValue: false,
    set: (_options, value) => {
      if (!isTrueText(value)) throw new UserError("--string-interpolation=false is not supported");
    },
  },
};

const shorts: Readonly<Record<string, string>> = {
  h: "help",
  V: "version",
  n: "null-input",
  i: "inplace",
  p: "input-format",
  o: "output-format",
  j: "tojson",
  r: "unwrapScalar",
  I: "indent",
  P: "prettyPrint",
  C: "colors",
  M: "no-colors",
  N: "no-doc",
  e: "exit-status",
  "0": "nul-output",
  s: "split-exp",
  c: "yaml-compact-seq-indent",
  f: "front-matter",
  v: "verbose",
};

const defaults: YqOptions = {
  command: "eval",
  help: false,
  version: false,
  nullInput: false,
  inPlace: false,
  input: undefined,
  output: undefined,
  unwrapScalars: undefined,
  indent: 2,
  prettyPrint: false,
  colors: undefined,
  separators: true,
  exitStatus: false,
  nulOutput: false,
  splitExpression: undefined,
  splitExpressionFile: undefined,
  expression: undefined,
  expressionFile: undefined,
  compactSequences: false,
  writeAnywhere: false,
  frontMatter: undefined,
  envOperators: true,
  fileOperators: true,
  csvSeparator: ",",
  csvAutoParse: true,
  shellSeparator: "_",
  propsSeparator: " = ",
  propsArrayBrackets: false,
  xml: defaultXmlNames,
  variables: [],
  positionals: [],
};

const commands: Readonly<Record<string, YqOptions["command"]>> = {
  eval: "eval",
  e: "eval",
  "eval-all": "eval-all",
  ea: "eval-all",
};

/** Reads the yq command line. @throws UserError for an option that there is not, or one without its value */
export function parseYqOptions(argv: readonly string[]): YqOptions {
  const options: Mutable = { ...defaults };
  const positionals: string[] = [];
  const rest = [...argv];
  const first = rest[0];
  if (first === "help" && rest.length === 1) return { ...defaults, help: true };
  if (first !== undefined && Object.hasOwn(commands, first)) {
    options.command = commands[first]!;
    rest.shift();
  }
  while (rest.length > 0) {
    const argument = rest.shift()!;
    if (argument === "--") {
      positionals.push(...rest.splice(0));
    } else if (argument === "--arg" || argument === "--argjson") {
      const [name, value] = rest.splice(0, 2);
      if (name === undefined || value === undefined) throw new UserError(`${argument} needs a name and a value`);
      options.variables = [...options.variables, { name, value, isText: argument === "--arg" }];
    } else if (argument.startsWith("--")) long(options, argument, rest);
    else if (argument.startsWith("-") && argument !== "-") short(options, argument, rest);
    else positionals.push(argument);
  }
  options.positionals = positionals;
  return options;
}

function long(options: Mutable, argument: string, rest: string[]): void {
  const equals = argument.indexOf("=");
  const name = argument.slice(2, equals < 0 ? undefined : equals);
  const option = Object.hasOwn(table, name) ? table[name] : undefined;
  if (option === undefined) throw new UserError(`unknown flag: --${name}`);
  if (equals >= 0) option.set(options, argument.slice(equals + 1));
  else option.set(options, option.takesValue ? required(rest, `--${name}`) : "true");
}

function short(options: Mutable, argument: string, rest: string[]): void {
  for (let i = 1; i < argument.length; i++) {
    const letter = argument[i]!;
    const name = Object.hasOwn(shorts, letter) ? shorts[letter] : undefined;
    if (name === undefined) throw new UserError(`unknown shorthand flag: '${letter}' in ${argument}`);
    const option = table[name]!;
    const following = argument.slice(i + 1);
    if (following.startsWith("=")) {
      option.set(options, following.slice(1));
      return;
    }
    if (option.takesValue) {
      option.set(options, following !== "" ? following : required(rest, `'${letter}' in ${argument}`));
      return;
    }
    option.set(options, "true");
  }
}

function required(rest: string[], name: string): string {
  const value = rest.shift();
  if (value === undefined) throw new UserError(`flag needs an argument: ${name}`);
  return value;
}
