/** An element: its name, with attributes as written, and a text or elements inside. */
export interface Element {
  readonly tag: string;
  readonly content: string | readonly Element[];
}

/** An element of an answer file. @param tag name and, after a blank, attributes as they are to be written */
export function element(tag: string, content: string | readonly Element[]): Element {
  return { tag, content };
}

/** The text of an element, two blanks a level. */
export function renderXml({ tag, content }: Element, indent = ""): string {
  const [name = ""] = tag.split(" ");
  if (typeof content === "string") return `${indent}<${tag}>${escaped(content)}</${name}>\n`;
  return `${indent}<${tag}>\n${content.map((child) => renderXml(child, `${indent}  `)).join("")}${indent}</${name}>\n`;
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (char) => names[char] ?? char);
}
