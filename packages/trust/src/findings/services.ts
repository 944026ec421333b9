/**
 * Services that call for their customers and send `aws:SourceArn` or `aws:SourceAccount` when they assume a role, as their
 * pages on the confused deputy problem say; without the ending of the principal's name.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
const SEND_SOURCE = new Set(
  `amplify apigateway appflow appsync athena backup batch bedrock bedrock-agentcore budgets chatbot cloudformation cloudtrail
  codebuild codedeploy codepipeline cognito-idp comprehend config connect databrew datasync datazone delivery.logs dlm dms
  elasticmapreduce emr-serverless events export.rds finspace firehose fis forecast gamelift glue grafana healthlake imagebuilder
  internetmonitor iot iotanalytics iotevents iotsitewise ivs kendra kinesisanalytics lakeformation lex lexv2 logs lookoutmetrics
  m2 macie mediaconvert medialive mediapackage monitoring.rds mq omics opensearchservice osis personalize pinpoint pipes
  qbusiness.application quicksight rds redshift redshift-serverless rekognition resiliencehub s3 batchoperations.s3 sagemaker
  scheduler schemas serverlessrepo ses sns ssm ssm-incidents states storagegateway streams.metrics.cloudwatch synthetics textract
  transcribe transfer translate vpc-flow-logs vpc-lattice workmail workspaces-web`.split(/\s+/),
);

/** Services that take a role for what runs inside them and send neither; Pod Identity and Roles Anywhere have their own rules. */
const SEND_NO_SOURCE = new Set(
  `autoscaling ec2 ec2fleet ecs ecs-tasks edgelambda eks eks-fargate-pods eks-nodegroup elasticbeanstalk lambda opsworks pods.eks
  rolesanywhere spot spotfleet vmie`.split(/\s+/),
);

/** Services that pass an external ID, each one of its own. */
const PASS_EXTERNAL_ID = new Set(
  `cognito-idp elasticbeanstalk firehose pinpoint redshift redshift-serverless vmie`.split(/\s+/),
);

/** Whether a service sends the keys of the resource it calls for; `undefined` when AWS's pages do not say. */
export function sendsSource(principal: string): boolean | undefined {
  const service = nameOf(principal);
  if (SEND_SOURCE.has(service)) return true;
  return SEND_NO_SOURCE.has(service) ? false : undefined;
}

/** Whether a service is known to pass an external ID. */
export function passesExternalId(principal: string): boolean {
  return PASS_EXTERNAL_ID.has(nameOf(principal));
}

/** `logs` of `logs.eu-west-1.amazonaws.com`. */
function nameOf(principal: string): string {
  return principal.replace(/\.amazonaws\.(?:com(?:\.cn)?|eu)$/, "").replace(/\.[a-z]{2,}(?:-[a-z]+)+-\d$/, "");
}
