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
  /** Values of parameters, as a deployment passes them. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** CDK construct paths by logical ID, for templates whose resources do not carry `aws:cdk:path`. */
  readonly constructPaths?: ReadonlyMap<string, string>;
  /** The line of a resource, from 1. */
  readonly lineOf?: (logicalId: string) => number | undefined;
  /** For a nested stack: the resource of another source that deploys it and passes its parameters. */
  readonly nestedIn?: { readonly source: TemplateSource; readonly logicalId: string };
}
