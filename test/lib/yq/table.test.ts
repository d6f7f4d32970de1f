import { describe } from "bun:test";
import { arithmeticRows } from "./add-and-arithmetic.table.ts";
import { mergeRows } from "./merge.table.ts";
import { runTable } from "./run-table.ts";

describe("arithmetic", () => runTable(arithmeticRows));
describe("merging and anchors", () => runTable(mergeRows));
