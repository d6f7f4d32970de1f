import { failing, type Row } from "./table.ts";

/** What the yq program refuses, and in which words. */
export const refusalRows: readonly Row[] = [
  failing('{"a": 1} < null', "", "maps not yet supported for comparison", { args: ["-n"] }),
  failing("[1] < null", "", "arrays not yet supported for comparison", { args: ["-n"] }),
  failing("5 % 0", "", "cannot modulo by 0", { args: ["-n"] }),
  failing('"ab" * 2.5', "", "cannot multiply !!str with !!float", { args: ["-n"] }),
  failing('"a" - "b"', "", "strings cannot be subtracted", { args: ["-n"] }),
  failing("1 + null", "", "!!int cannot be added to !!null", { args: ["-n"] }),
  failing("{} + null", "", "!!null () cannot be added to a !!map ()", { args: ["-n"] }),
  failing("true + 1", "", "!!bool cannot be added to !!int", { args: ["-n"] }),
  failing('{"a":1} + [1]', "", "!!seq () cannot be added to a !!map ()", { args: ["-n"] }),
  failing("1 + [1]", "", "!!seq () cannot be added to a !!int ()", { args: ["-n"] }),
  failing('"a" + [1]', "", "!!seq () cannot be added to a !!str ()", { args: ["-n"] }),
  failing('{"a":1} + 1', "", "!!int () cannot be added to a !!map ()", { args: ["-n"] }),
  failing("[1,2] * 2", "", "cannot multiply !!seq with !!int", { args: ["-n"] }),
  failing("null * 2", "", "cannot multiply !!null with !!int", { args: ["-n"] }),
  failing('{"a":1} * [1]', "", "cannot multiply !!map with !!seq", { args: ["-n"] }),
  failing('[1] * {"a":1}', "", "cannot multiply !!seq with !!map", { args: ["-n"] }),
  failing('{"a":1} * 3', "", "cannot multiply !!map with !!int", { args: ["-n"] }),
  failing("true * 2", "", "cannot multiply !!bool with !!int", { args: ["-n"] }),
  failing("1 < 2 == true", "", "!!int not yet supported for comparison", { args: ["-n"] }),
  failing('["b", 1] | max', "", "!!int not yet supported for comparison", { args: ["-n"] }),
  failing("[true, false] | max", "", "!!bool not yet supported for comparison", { args: ["-n"] }),
  failing('"a" * -1', "", "cannot repeat string by a negative number (-1)", { args: ["-n"] }),
  failing('[{"k":"a","v":1}] | from_entries', "", "expected to find one 'key' entry but found 0 in position 0", {
    args: ["-n"],
  }),
  failing('[{"name":"a","value":1}] | from_entries', "", "expected to find one 'key' entry but found 0 in position 0", {
    args: ["-n"],
  }),
  failing('[{"key":"a"}] | from_entries', "", "expected to find one 'value' entry but found 0 in position 0", {
    args: ["-n"],
  }),
  failing('"a" | keys', "", "cannot get keys of !!str, keys only works for maps and arrays", { args: ["-n"] }),
  failing("[1] | contains(1)", "", "!!int cannot check contained in !!seq", { args: ["-n"] }),
  failing('{"a":true} | any', "", "any only supports arrays, was !!map", { args: ["-n"] }),
  failing('"abc" | reverse', "", "node at path [] is not an array (it's a !!str)", { args: ["-n"] }),
  failing('{"a":1} | reverse', "", "node at path [] is not an array (it's a !!map)", { args: ["-n"] }),
  failing("[1,2,3] | .[-5]", "", "index [-5] out of range, array size is 3", { args: ["-n"] }),
  failing("[1] | @base64", "", "cannot encode !!seq as base64, can only operate on strings", { args: ["-n"] }),
  failing("12 | upcase", "", "cannot change case with !!int, can only operate on strings.", { args: ["-n"] }),
  failing('{"a":[1]} | .a.b = 2', "", "cannot index array with 'b' (strconv.ParseInt: parsing \"b\": invalid syntax)", {
    args: ["-n"],
  }),
  failing("1 + [2]", "", "!!seq () cannot be added to a !!int ()", { args: ["-n"] }),
  failing('error("x")', "", "x", { args: ["-n"] }),
];
