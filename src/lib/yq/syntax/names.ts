import type { AttributeName } from "./ast.ts";

/** Operators written as words, under the name their handler has, with every spelling that differs by more than `_` and case. */
const spellings: Readonly<Record<string, string>> = {
  type: "tag",
  fi: "file_index",
  di: "document_index",
  doc_index: "document_index",
  ascii_upcase: "upcase",
  ascii_downcase: "downcase",
  str_load: "load_str",
  xml_load: "load_xml",
  tostring: "to_string",
  tonumber: "to_number",
  "@yaml": "to_yaml",
  "@yamld": "from_yaml",
  "@jsond": "from_json",
  "@props": "to_props",
  "@propsd": "from_props",
  "@csvd": "from_csv",
  "@tsvd": "from_tsv",
  "@xmld": "from_xml",
};

const plainNames = `length line column eval map map_values filter pick omit flatten format_datetime now tz with_dtf from_unix to_unix
  error sort_keys to_yaml from_yaml to_json from_json to_props from_props to_xml from_xml to_csv from_csv to_tsv from_tsv
  @json @xml @csv @tsv @base64 @base64d @base64url @base64urld @uri @urid @sh load load_str load_xml load_props load_base64 split_doc
  select has unique unique_by group_by explode not join sub match capture test sort_by sort reverse shuffle any any_c all all_c
  contains split parent parents root keys key is_key filename file_index path paths getpath setpath delpaths to_entries from_entries
  with_entries with collect del style tag kind anchor alias line_comment head_comment foot_comment document_index upcase downcase
  trim ltrim rtrim ltrimstr rtrimstr startswith endswith to_string to_number min max pivot first limit array_to_map
  envsubst empty system comments expression`;

const byShape = new Map<string, string>();
for (const name of plainNames.split(/\s+/)) byShape.set(shape(name), name);
for (const [spelling, name] of Object.entries(spellings)) byShape.set(shape(spelling), name);

function shape(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** The canonical name of an operator word (`sortKeys`, `sort_keys` and `sortkeys` are one), or undefined. */
export function operatorName(word: string): string | undefined {
  return byShape.get(shape(word));
}

const attributes: ReadonlySet<string> = new Set<AttributeName>([
  "style",
  "tag",
  "anchor",
  "alias",
  "line_comment",
  "head_comment",
  "foot_comment",
  "comments",
]);

/** The attribute that a word names, or undefined. */
export function attributeName(word: string): AttributeName | undefined {
  const name = operatorName(word);
  return name !== undefined && attributes.has(name) ? (name as AttributeName) : undefined;
}
