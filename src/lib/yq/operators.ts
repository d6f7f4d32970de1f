import { UserError } from "../errors.ts";
import type { Operator, OperatorTable } from "./context.ts";
import { collectionOperators } from "./operators/collections.ts";
import { commentOperators } from "./operators/comments.ts";
import { dateOperators } from "./operators/dates.ts";
import { documentOperators } from "./operators/documents.ts";
import { encodingOperators } from "./operators/encode.ts";
import { entryOperators } from "./operators/entries.ts";
import { environmentOperators } from "./operators/environment.ts";
import { filterOperators } from "./operators/filters.ts";
import { loadOperators } from "./operators/load.ts";
import { metadataOperators } from "./operators/metadata.ts";
import { orderOperators } from "./operators/order.ts";
import { placeOperators } from "./operators/places.ts";
import { regexOperators } from "./operators/regex.ts";
import { stringOperators } from "./operators/strings.ts";

const families: readonly OperatorTable[] = [
  filterOperators,
  collectionOperators,
  orderOperators,
  entryOperators,
  placeOperators,
  stringOperators,
  regexOperators,
  metadataOperators,
  commentOperators,
  documentOperators,
  encodingOperators,
  dateOperators,
  environmentOperators,
  loadOperators,
];

const table = new Map<string, Operator>(families.flatMap((family) => Object.entries(family)));

/** The operator with a canonical name, or undefined. */
export function operatorFor(name: string): Operator | undefined {
  return table.get(name);
}

/** The error for an operator of yq that this evaluator does not have. */
export function missingOperator(name: string): UserError {
  return new UserError(`the operator \`${name}\` is not supported`);
}
