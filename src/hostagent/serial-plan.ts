/** What the guest's serial consoles have said so far. */
export interface SerialState {
  /** Lines that said something new. */
  readonly newLines: number;
  /** The latest lines, oldest first, without terminal controls. */
  readonly tail: readonly string[];
  /** The line of a kernel panic, when there was one. */
  readonly panic?: string;
  /** The boot script that boot.sh last said it executes; its log reaches the console through cloud-init. */
  readonly script?: string;
}

export const emptySerial: SerialState = { newLines: 0, tail: [] };

/** How many lines back a repetition is recognised. */
const tailLines = 40;

/** Lines a stuck guest goes on writing: systemd's clock of a running job, watchdogs of the kernel, login prompts. */
const idleTalk: readonly RegExp[] = [
  /\bA (?:start|stop) job is running for\b/,
  /\bblocked for more than \d+ seconds\b/,
  /\brcu: .*(?:stall|kthread|detected)/,
  /\bhrtimer: interrupt took\b/,
  /\bwatchdog: BUG: soft lockup\b/,
  /\blogin:\s*$/,
];

/** Takes a line of a serial log in. A repetition of a recent line, or idle talk, is kept but is no news. */
export function withSerialLine(state: SerialState, raw: string): SerialState {
  const line = plainText(raw);
  if (line === "") return state;
  const said = withoutTime(line);
  const isNew = !idleTalk.some((pattern) => pattern.test(line)) && !state.tail.some((old) => withoutTime(old) === said);
  const panic = state.panic ?? panicOf(line);
  const script = executedScript(line) ?? state.script;
  return {
    newLines: state.newLines + (isNew ? 1 : 0),
    tail: [...state.tail.slice(1 - tailLines), line],
    ...(panic === undefined ? {} : { panic }),
    ...(script === undefined ? {} : { script }),
  };
}

/** The script that a line of boot.sh's log says is executed. */
function executedScript(line: string): string | undefined {
  return /LIMA \S+\| Executing (\S+)/.exec(line)?.[1];
}

/** A line without escape sequences and other controls, blanks at the end cut. */
export function plainText(line: string): string {
  return line
    .replace(/\u001b(?:\[[0-9;?=]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()][0-9A-Za-z]|[=>78cDEHM])/g, "")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
    .trimEnd();
}

function panicOf(line: string): string | undefined {
  return /Kernel panic - not syncing.*/.exec(line)?.[0];
}

/** The kernel's clock in front of its lines would make each of them new. */
function withoutTime(line: string): string {
  return line.replace(/^\[\s*\d+\.\d+\]\s*/, "");
}
