/**
 * Shipped templates with their bases and script files embedded, decoded, by name; each yields the JSON of a
 * `ReadyTemplate`. The build replaces this module: from source there are none, and templates are read from their texts.
 */
export const readyTemplates: Readonly<Record<string, () => string>> = {};
