import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";

/** For commands that reach into a guest: there is no such instance. */
export function missing(name: string): UserError {
  return new UserError(
    `instance ${quote(name)} does not exist, run \`limactl create ${name}\` to create a new instance`,
  );
}

/** For commands that reach into a guest: the instance does not run. */
export function stopped(name: string): UserError {
  return new UserError(`instance ${quote(name)} is stopped, run \`limactl start ${name}\` to start the instance`);
}
