/** How the parts of XML that YAML has no place for are named, and which of them are read. */
export interface XmlNames {
  /** @default "+@" */
  readonly attributePrefix: string;
  /** Of an element's text beside attributes or children. @default "+content" */
  readonly contentName: string;
  /** Of `<!DOCTYPE ...>` and its like. @default "+directive" */
  readonly directiveName: string;
  /** Of `<?name ...?>`, before its name. @default "+p_" */
  readonly procInstPrefix: string;
  /** Whether `a:b` keeps its `a:`. @default true */
  readonly keepNamespace: boolean;
  /** @default false */
  readonly skipProcInst: boolean;
  /** @default false */
  readonly skipDirectives: boolean;
}

/** The names that the yq tool uses by itself. */
export const defaultXmlNames: XmlNames = {
  attributePrefix: "+@",
  contentName: "+content",
  directiveName: "+directive",
  procInstPrefix: "+p_",
  keepNamespace: true,
  skipProcInst: false,
  skipDirectives: false,
};
