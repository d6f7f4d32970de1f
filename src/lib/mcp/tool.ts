/** A JSON Schema of the few kinds that tools use. */
export type Schema =
  | { readonly type: "string" | "integer" | "boolean"; readonly description?: string }
  | { readonly type: "array"; readonly items: Schema; readonly description?: string }
  | ObjectSchema;

export interface ObjectSchema {
  readonly type: "object";
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  readonly description?: string;
}

/** How a tool is listed. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
}

/** A tool's arguments, checked against its schema. */
export type ToolArguments = Readonly<Record<string, unknown>>;

/**
 * What a tool does. What it throws is told to the client as the tool's failure.
 * @returns what the output schema describes
 */
export type ToolCall = (args: ToolArguments, signal: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;

/** Why a value does not fit a schema, naming the place; undefined when it fits. What the schema does not name may be there. */
export function schemaProblem(value: unknown, schema: Schema, at = "arguments"): string | undefined {
  switch (schema.type) {
    case "integer":
      return Number.isInteger(value) ? undefined : `${at}: an integer is wanted`;
    case "string":
    case "boolean":
      return typeof value === schema.type ? undefined : `${at}: a ${schema.type} is wanted`;
    case "array": {
      if (!Array.isArray(value)) return `${at}: an array is wanted`;
      const problems = value.map((item, index) => schemaProblem(item, schema.items, `${at}[${index}]`));
      return problems.find((problem) => problem !== undefined);
    }
    case "object":
      return objectProblem(value, schema, at);
  }
}

function objectProblem(value: unknown, schema: ObjectSchema, at: string): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `${at}: an object is wanted`;
  const fields = new Map(Object.entries(value));
  const missing = schema.required.find((name) => !fields.has(name));
  if (missing !== undefined) return `${at}: missing property ${JSON.stringify(missing)}`;
  for (const [name, inner] of Object.entries(schema.properties)) {
    const problem = fields.has(name) ? schemaProblem(fields.get(name), inner, `${at}.${name}`) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}
