import type { Key } from "./keys.ts";

/** A choice from a list that is being made. */
export interface SelectState {
  readonly options: readonly string[];
  /** What was typed to narrow the list. */
  readonly filter: string;
  /** Position in the narrowed list. */
  readonly cursor: number;
}

/** What a key makes of a choice: still open, made, or given up. */
export type SelectStep =
  | { readonly kind: "open"; readonly state: SelectState }
  | { readonly kind: "picked"; readonly option: string }
  | { readonly kind: "interrupted" };

const pageSize = 7;

/** The options that contain the filter, letter case apart. */
function matchingOptions(state: SelectState): readonly string[] {
  const wanted = state.filter.toLowerCase();
  return state.options.filter((option) => option.toLowerCase().includes(wanted));
}

/** Applies one key. Arrows and Tab wrap around, typing filters, Enter picks. */
export function stepSelect(state: SelectState, key: Key): SelectStep {
  const matching = matchingOptions(state);
  const move = (by: number): SelectStep => {
    const count = matching.length;
    return { kind: "open", state: { ...state, cursor: count === 0 ? 0 : (state.cursor + by + count) % count } };
  };
  const narrow = (filter: string): SelectStep => ({ kind: "open", state: { ...state, filter, cursor: 0 } });
  switch (key.kind) {
    case "up":
      return move(-1);
    case "down":
    case "tab":
      return move(1);
    case "text":
      return narrow(state.filter + key.text);
    case "backspace":
      return narrow(Array.from(state.filter).slice(0, -1).join(""));
    case "enter": {
      const option = matching[state.cursor];
      return option === undefined ? { kind: "open", state } : { kind: "picked", option };
    }
    case "interrupt":
    case "end":
      return { kind: "interrupted" };
    case "other":
      return { kind: "open", state };
  }
}

/** The lines that show a choice: the question, then the page of options around the cursor. */
export function selectLines(message: string, state: SelectState): readonly string[] {
  const matching = matchingOptions(state);
  const latest = Math.max(0, matching.length - pageSize);
  const first = Math.min(latest, Math.max(0, state.cursor - Math.trunc(pageSize / 2)));
  const filter = state.filter === "" ? "" : ` ${state.filter}`;
  return [
    `? ${message}${filter}  [Use arrows to move, type to filter]`,
    ...matching
      .slice(first, first + pageSize)
      .map((option, index) => `${first + index === state.cursor ? ">" : " "} ${option}`),
  ];
}
