import { type FileAssetLocation, type IStackSynthesizer, type ISynthesisSession, StackSynthesizer } from "aws-cdk-lib";
import { InfraError } from "./infra-error.ts";

/**
 * Deploys a stack through one role that the account already has, so that no account must be bootstrapped. CDK's own
 * synthesizers, `BootstraplessSynthesizer` among them, name the roles and the bucket of `cdk bootstrap`.
 */
export function deployRoleSynthesizer(deployRoleArn: string): IStackSynthesizer {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- CDK's class says `string | undefined` where its interface, read exactly, wants the property left out
  return new DeployRoleSynthesizer(deployRoleArn) as IStackSynthesizer;
}

class DeployRoleSynthesizer extends StackSynthesizer {
  readonly #deployRoleArn: string;

  constructor(deployRoleArn: string) {
    super();
    this.#deployRoleArn = deployRoleArn;
  }

  override synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session, { assumeRoleArn: this.#deployRoleArn });
  }

  /** @throws {InfraError} `AssetsNotSupported`: there is no bucket to put a file into. */
  override addFileAsset(): FileAssetLocation {
    throw this.#noAssets("a file asset");
  }

  /** @throws {InfraError} `AssetsNotSupported`: there is no repository to put an image into. */
  override addDockerImageAsset(): never {
    throw this.#noAssets("a container image asset");
  }

  #noAssets(what: string): InfraError {
    const fix = "write the content into the template, or use a stack with another synthesizer in bootstrapped accounts";
    const message = `${what} needs a bootstrapped account, and these accounts are not`;
    return new InfraError("AssetsNotSupported", [{ path: this.boundStack.stackName, message, fix }]);
  }
}
