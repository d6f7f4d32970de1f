let within = false;
const tasks: (() => void)[] = [];

/** Does the work, then at once what was put off to its end. */
export function asTurn(work: () => void): void {
  within = true;
  try {
    work();
  } finally {
    within = false;
    for (const task of tasks.splice(0)) task();
  }
}

/** Runs the task when all that has come by now has been served: at the end of `asTurn`, or of the event loop's turn. */
export function atTurnEnd(task: () => void): void {
  if (within) tasks.push(task);
  else setImmediate(task);
}
