/** The line of `yq --version`; scripts look for the language's author and major version in it. */
export const versionLine = "yq (https://github.com/mikefarah/yq/) version v4.52.1";

/** The text of `yq --help`. */
export const helpText = `yq is a portable command-line data file processor: it reads, queries and changes YAML, JSON, properties, CSV, TSV and INI files.

Usage:
  yq [eval|eval-all] [flags] [expression] [files...]

Examples:
  # print a value
  yq '.a.b[0].c' file.yaml
  # change a file in place
  yq -i '.a.b = "cool"' file.yaml
  # merge two files
  yq eval-all 'select(fi == 0) * select(fi == 1)' one.yaml two.yaml
  # YAML as JSON
  yq -o json file.yaml

Commands:
  eval, e       (default) apply the expression to each document in turn
  eval-all, ea  apply the expression to all documents of all files at once

Flags:
      --arg NAME VALUE             set $NAME to a string
      --argjson NAME VALUE         set $NAME to a YAML or JSON value
  -C, --colors                     print with colours
      --csv-auto-parse             type CSV values as YAML (default true)
      --csv-separator CHAR         separator of CSV columns (default ",")
  -e, --exit-status                fail when there is no result, or only null and false
      --expression EXP             the expression, when it could be taken for a file name
      --from-file FILE             read the expression from a file
  -h, --help                       print this text
  -I, --indent N                   spaces per level (default 2); 0 makes JSON compact
  -i, --inplace                    write the result back to the file
  -p, --input-format FORMAT        auto, yaml, json, props, csv, tsv, ini, xml (default auto)
  -M, --no-colors                  print without colours
  -N, --no-doc                     print no --- between documents
  -0, --nul-output                 end every result with NUL
  -n, --null-input                 read nothing; make a document from scratch
  -o, --output-format FORMAT       auto, yaml, json, props, csv, tsv, ini, xml (default auto)
  -P, --prettyPrint                reset all styles, same as '... style=""'
      --properties-array-brackets  indexes of properties in brackets
      --properties-separator TEXT  between key and value (default " = ")
      --security-disable-env-ops   disable the env operators
      --security-disable-file-ops  disable the load operators
      --shell-key-separator TEXT   between keys in the names of shell variables (default "_")
  -s, --split-exp EXP              write every result to a file named by the expression; $index is its number
      --split-exp-file FILE        read that expression from a file
  -r, --unwrapScalar               print scalars without quotes (default true, false for JSON)
  -V, --version                    print the version
      --xml-attribute-prefix TEXT  before the name of an attribute (default "+@")
      --xml-content-name NAME      of the text beside attributes and children (default "+content")
      --xml-directive-name NAME    of <!DOCTYPE ...> and its like (default "+directive")
      --xml-keep-namespace         keep the part of names before the colon (default true)
      --xml-proc-inst-prefix TEXT  before the name of <?name ...?> (default "+p_")
      --xml-skip-directives        leave directives out
      --xml-skip-proc-inst         leave processing instructions out
  -c, --yaml-compact-seq-indent    do not indent sequences under their key
`;
