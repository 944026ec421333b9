/** Where a template is deployed, as far as it is known. */
export interface TemplateEnvironment {
  readonly account?: string;
  readonly region?: string;
  /** Derived from `region` when left out. */
  readonly partition?: string;
  readonly stackName?: string;
}

/** One CloudFormation template, parsed: long intrinsics (`{"Fn::Sub": …}`) only. */
export interface TemplateSource extends TemplateEnvironment {
  /** As the caller named it. */
  readonly file: string;
  readonly template: Readonly<Record<string, unknown>>;
  /** CDK construct paths by logical id, for templates whose resources do not carry `aws:cdk:path`. */
  readonly constructPaths?: ReadonlyMap<string, string>;
  /** The line of a resource, from 1. */
  readonly lineOf?: (logicalId: string) => number | undefined;
  /** For a nested stack: the resource of another source that deploys it and passes its parameters. */
  readonly nestedIn?: { readonly source: TemplateSource; readonly logicalId: string };
}

/** What is wrong with a source, with its place and its repair. */
export interface TemplateProblem {
  readonly file: string;
  readonly line?: number;
  /** Inside the file: a construct path or logical id. */
  readonly path?: string;
  readonly message: string;
  readonly fix: string;
}
