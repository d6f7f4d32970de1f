import { UserError } from "../../errors.ts";
import type { OperatorTable } from "../context.ts";
import { formatGoTime, rfc3339, utc, zoneNamed } from "../format/go-time.ts";
import { dereference, int, scalar, type YqNode } from "../node.ts";
import { numberOf, resolveTag } from "../tags.ts";
import { firstText, forEach, listedArguments, onlyArgument } from "./arguments.ts";
import { dateOf } from "./date-arithmetic.ts";

/** A text with the type that it has as YAML: `2001-12-15` is a timestamp, `2001` an integer. */
function typed(value: string): YqNode {
  const tag = resolveTag(value);
  return scalar(tag === "!!merge" ? "!!str" : tag, value);
}

/** `now`, `tz`, `format_datetime`, `with_dtf`, `from_unix`, `to_unix`. */
export const dateOperators: OperatorTable = {
  now: (run) => {
    if (run.access.now === undefined) throw new UserError("`now` is not available here");
    const nanos = BigInt(Math.floor(run.access.now().getTime() / 1000)) * 1_000_000_000n;
    return [scalar("!!timestamp", formatGoTime({ nanos, zone: utc }, rfc3339))];
  },
  tz: (run, args, context) => {
    const name = firstText(run, onlyArgument("tz", args), context) ?? "";
    const zone = zoneNamed(name);
    return context.nodes.map((node) => {
      const { nanos } = dateOf(dereference(node).value, context.dateLayout);
      const value = formatGoTime({ nanos, zone }, context.dateLayout ?? rfc3339);
      return scalar(context.dateLayout === undefined ? "!!timestamp" : "!!str", value);
    });
  },
  format_datetime: (run, args, context) => {
    const argument = onlyArgument("format_datetime", args);
    return context.nodes.map((node) => {
      const layout = run.readOn(argument, node, context)[0]?.value ?? rfc3339;
      return typed(formatGoTime(dateOf(dereference(node).value, context.dateLayout), layout));
    });
  },
  with_dtf: (run, args, context) => {
    const [layout, body] = listedArguments(args);
    if (layout === undefined || body === undefined) throw new UserError("`with_dtf` takes a layout and an expression");
    const wanted = firstText(run, layout, context) ?? "";
    return run.run(body, { ...context, dateLayout: wanted === "" || wanted === rfc3339 ? undefined : wanted });
  },
  from_unix: forEach("from_unix", (node) => {
    const at = dereference(node);
    if (at.tag !== "!!int" && at.tag !== "!!float")
      throw new UserError(`from_unix only works on numbers, found ${at.tag} instead`);
    const seconds = Math.floor(numberOf(at));
    if (!(Math.abs(seconds) <= 8.64e12)) throw new UserError(`from_unix cannot make a date of ${at.value}`);
    const nanos = BigInt(seconds) * 1_000_000_000n;
    return scalar("!!timestamp", formatGoTime({ nanos, zone: utc }, rfc3339));
  }),
  to_unix: forEach("to_unix", (node, _run, context) => {
    const { nanos } = dateOf(dereference(node).value, context.dateLayout);
    return int(nanos / 1_000_000_000n);
  }),
};
