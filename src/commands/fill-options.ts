/** How a template is filled. */
export interface FillOptions {
  /** Refuse what is not valid, and warn about what is experimental or without effect. @default false */
  readonly validate?: boolean;
  /** Merge `_config/base.yaml` too. @default true */
  readonly withDefaultBase?: boolean;
}
