/** Formats that results can be printed in. */
export type OutputFormat = "yaml" | "json" | "props" | "csv" | "tsv";
