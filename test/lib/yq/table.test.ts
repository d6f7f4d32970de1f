import { describe } from "bun:test";
import { arithmeticRows } from "./add-and-arithmetic.table.ts";
import { assignRows } from "./assign.table.ts";
import { collectionRows } from "./collections.table.ts";
import { formatRows, recipeRows } from "./formats.table.ts";
import { mergeRows } from "./merge.table.ts";
import { pathRows } from "./paths.table.ts";
import { runTable } from "./run-table.ts";
import { textRows } from "./texts.table.ts";

describe("arithmetic", () => runTable(arithmeticRows));
describe("merging and anchors", () => runTable(mergeRows));
describe("paths", () => runTable(pathRows));
describe("collections", () => runTable(collectionRows));
describe("assignment, styles and comments", () => runTable(assignRows));
describe("texts", () => runTable(textRows));
describe("formats", () => runTable(formatRows));
describe("recipes", () => runTable(recipeRows));
