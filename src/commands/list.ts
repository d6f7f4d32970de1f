import { type CommandContext, defineCommand } from "../cli/command.ts";
import { formatTable } from "../cli/table.ts";
import { inspectAll, selectNames } from "../instance/list.ts";
import { tableRows } from "../instance/list-plan.ts";
import { hostFields } from "../instance/message.ts";
import { type Instance, instanceJson, withoutEmptyObjects } from "../instance/record.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { instanceContext } from "./instance-context.ts";

const args = {
  format: {
    type: "string",
    alias: "f",
    default: "table",
    description: "Output format, one of: json, yaml, table, go-template",
  },
  json: { type: "boolean", description: "Same as --format=json" },
  quiet: { type: "boolean", alias: "q", description: "Only show names" },
  "all-fields": { type: "boolean", description: "Show all fields" },
  "list-fields": { type: "boolean", description: "List fields available for format" },
  yq: { type: "stringArray", description: "Apply yq expression to each instance" },
  filter: { type: "stringArray", alias: "l", description: "Filter instances using yq expression" },
} as const;

type ListContext = CommandContext<typeof args>;

export const command = defineCommand({
  meta: { name: "list", description: "List instances" },
  positionals: { usage: "[flags] [INSTANCE]...", complete: "instances" },
  args,
  async run(context) {
    checkConflicts(context);
    if (context.flags["list-fields"]) {
      const { templateFields } = await import("../instance/template-view.ts");
      context.stdout.write(templateFields.map((name) => `${name}\n`).join(""));
      return;
    }
    const surroundings = instanceContext(context);
    const { names, unmatched } = selectNames(surroundings, context.positionals);
    if (names.length === 0 && context.positionals.length === 0) {
      context.logger.warn("No instance found. Run `limactl create` to create an instance.");
      return;
    }
    const plainQuiet = context.flags.quiet && context.flags.yq.length === 0 && context.flags.filter.length === 0;
    if (plainQuiet) {
      context.stdout.write(names.map((name) => `${name}\n`).join(""));
      if (unmatched) throw new UserError("unmatched instances");
      return;
    }
    const selection = await inspectAll(surroundings, names);
    const instances = await filtered(context, selection.instances);
    // Where only names are printed nobody asked for the instances' state.
    for (const instance of context.flags.quiet && context.flags.yq.length === 0 ? [] : instances) {
      if (instance.errors.length === 0) continue;
      context.logger.warn(`instance ${quote(instance.name)} has errors`, { errors: `[${instance.errors.join(" ")}]` });
    }
    await print(context, instances);
    if (unmatched || (context.positionals.length > 0 && selection.unmatched))
      throw new UserError("unmatched instances");
  },
});

function checkConflicts(context: ListContext): void {
  const { flags } = context;
  const format = flags.json ? "json" : flags.format;
  if (flags.json && context.changed("format")) throw new UserError("option --json conflicts with option --format");
  if (flags["list-fields"] && context.changed("format")) {
    throw new UserError("option --list-fields conflicts with option --format");
  }
  if (flags.yq.length > 0 && context.changed("format") && format !== "json" && format !== "yaml") {
    throw new UserError("option --yq only works with --format json or yaml");
  }
  if (flags["list-fields"] && flags.yq.length > 0) {
    throw new UserError("option --list-fields conflicts with option --yq");
  }
  if (flags["list-fields"] && flags.filter.length > 0) {
    throw new UserError("option --list-fields conflicts with option --filter");
  }
  if (flags.quiet && format !== "table") {
    throw new UserError("option --quiet can only be used with '--format table'");
  }
}

async function filtered(context: ListContext, instances: readonly Instance[]): Promise<readonly Instance[]> {
  if (context.flags.filter.length === 0) return instances;
  const { evaluateJson } = await import("../lib/yq/evaluate.ts");
  const { printConfig } = await import("../config/print.ts");
  const expression = context.flags.filter.map((each) => `select(${each})`).join(" | ");
  return instances.filter((instance) => {
    try {
      // Filters see the errors as the last key.
      const { errors, ...rest } = instanceJson(instance, instance.config && printConfig(instance.config));
      const record = errors === undefined ? rest : { ...rest, errors };
      return evaluateJson(expression, record, { format: "json", indent: 0 }) !== "";
    } catch (error) {
      throw new UserError(`failed to apply filter ${quote(expression)}: ${errorText(error)}`, { cause: error });
    }
  });
}

async function print(context: ListContext, instances: readonly Instance[]): Promise<void> {
  const { flags } = context;
  const expressions = flags.quiet && flags.yq.length > 0 ? [...flags.yq, ".name"] : flags.yq;
  const format = flags.json || (expressions.length > 0 && !context.changed("format")) ? "json" : flags.format;
  if (flags.quiet && expressions.length === 0) {
    context.stdout.write(instances.map(({ name }) => `${name}\n`).join(""));
  } else if (format === "table") {
    const width = flags["all-fields"] ? undefined : context.stdout.columns;
    const facts = { instances, hostArch: context.host.arch, home: context.host.home, columns: width };
    context.stdout.write(formatTable(tableRows(facts)));
  } else if (format === "json" || format === "yaml") {
    await printData(context, instances, format, expressions);
  } else {
    await printTemplate(context, instances, format);
  }
}

async function printData(
  context: ListContext,
  instances: readonly Instance[],
  format: "json" | "yaml",
  expressions: readonly string[],
): Promise<void> {
  const fields = hostFields(instanceContext(context));
  const { printConfig } = await import("../config/print.ts");
  const records = instances.map((instance) =>
    withoutEmptyObjects(instanceJson(instance, instance.config && printConfig(instance.config), fields)),
  );
  if (format === "json" && expressions.length === 0 && !context.prettyOutput) {
    context.stdout.write(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return;
  }
  const { evaluateJson, evaluateYaml } = await import("../lib/yq/evaluate.ts");
  const expression = expressions.join(" | ");
  const pretty = context.prettyOutput ? { colors: true } : {};
  if (format === "yaml" && expression !== "") {
    // The expression sees the documents of all instances together.
    const stream = records.map((record) => evaluateJson("", record, { format, indent: 2 })).join("---\n");
    context.stdout.write(evaluateYaml(expression, stream, pretty));
    return;
  }
  const texts = records.map((record) =>
    evaluateJson(expression, record, {
      format,
      indent: format === "yaml" ? 2 : context.prettyOutput ? 4 : 0,
      ...pretty,
    }),
  );
  context.stdout.write(format === "yaml" ? texts.join("---\n") : texts.join(""));
}

async function printTemplate(context: ListContext, instances: readonly Instance[], text: string): Promise<void> {
  const { parseTemplate } = await import("../lib/gotemplate/parse.ts");
  const { renderTemplate } = await import("../lib/gotemplate/render.ts");
  const { templateView } = await import("../instance/template-view.ts");
  const { formatFunctions } = await import("../instance/format-functions.ts");
  const options = { name: "format", functions: formatFunctions };
  try {
    parseTemplate(text, "format", options);
  } catch (error) {
    throw new UserError(`invalid go template: ${errorText(error)}`, { cause: error });
  }
  const fields = hostFields(instanceContext(context));
  const { printConfig } = await import("../config/print.ts");
  const outputs = instances.map((instance) => {
    const view = templateView(instance, fields, instance.config && printConfig(instance.config));
    return `${renderTemplate(text, view, options)}\n`;
  });
  context.stdout.write(outputs.join(""));
}
